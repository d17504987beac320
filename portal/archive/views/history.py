"""Every change of one thing, whatever its kind."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from portal import subjects
from portal.archive import besides, changes
from portal.people.access import OPEN_TO_ALL, permitted
from portal.web.pages import answer


@require_safe
@permitted(OPEN_TO_ALL)
def history(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    subject = subjects.of_kind(kind)
    found = get_object_or_404(subject.visible_to(request.user), pk=pk)
    entries, has_more = besides.read(kind, found, request.user, limit=changes.MOST)
    context = {"label": subject.label(found), "url": subject.url(found), "word": subject.word, "kind": kind, "subject_id": pk}
    return answer(request, "archive/history.html", {"entries": entries, "has_more": has_more, **context})
