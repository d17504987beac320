"""Pages of then: what a list or a subject's own page answers where its address names a day. Their views lead here."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal import subjects
from portal.archive import looking_back, then_book
from portal.web.pages import answer


def listed(request: HttpRequest, kind: str) -> HttpResponse:
    """The list of `kind` as of a day, or what two days differ in."""
    kept, day = looking_back.of_kind(kind), looking_back.day_from(request.GET["as_of"])
    if request.GET.get("against"):
        other = looking_back.day_from(request.GET["against"], "against")
        found = then_book.compared(kept, day, other, request.user, request.GET.dict())
        return answer(request, "archive/then/compared.html", {"found": found, "subject": _subject(kind)})
    found = then_book.listed(kept, day, request.user, request.GET.dict())
    return answer(request, "archive/then/listed.html", {"found": found, "subject": _subject(kind)})


def one(request: HttpRequest, kind: str, row: Any) -> HttpResponse:
    """`row`, which the reader may open, as of a day."""
    kept, day = looking_back.of_kind(kind), looking_back.day_from(request.GET["as_of"])
    found = then_book.one(kept, row, day, request.user)
    context = {"found": found, "subject": _subject(kind), "label": found.row.label or _subject(kind).label(row)}
    return answer(request, "archive/then/one.html", context)


def _subject(kind: str) -> Any:
    return subjects.of_kind(kind)
