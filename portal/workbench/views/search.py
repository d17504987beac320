"""The page of search: what was found by some words, kind by kind."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.people.access import OPEN_TO_ALL, permitted
from portal.web import listing
from portal.web.pages import answer
from portal.workbench import searching


@require_safe
@permitted(OPEN_TO_ALL)
def search(request: HttpRequest) -> HttpResponse:
    """What the reader may open and what holds these words; a number such as R-0017 comes first."""
    words = request.GET.get("q", "").strip()[: searching.LONGEST]
    kind, page = request.GET.get("kind", ""), _page(request.GET.get("page", ""))
    found = searching.find(request.user, words, kind=kind, page=page) if words else searching.Found()
    asked = {"q": words, "kind": kind}
    context = {
        "words": words,
        "kind": kind,
        "found": found,
        "tabs": _tabs(found, asked),
        "page": listing.Page(
            rows=found.hits,
            total=found.total,
            previous_url=listing.address(asked, page=page - 1 if page > 2 else None) if page > 1 else "",
            next_url=listing.address(asked, page=page + 1) if found.has_more else "",
        ),
    }
    return answer(request, "workbench/search.html#found", context)


def _page(told: str) -> int:
    return min(int(told), searching.MOST_PAGES) if told.isascii() and told.isdigit() and len(told) < 4 and int(told) else 1


def _tabs(found: searching.Found, asked: dict[str, str]) -> list[dict[str, object]]:
    """Everything, then each kind that something was found of."""
    here, whole = reverse("workbench:search"), sum(tab.count for tab in found.tabs)
    every = [("", _("All"), whole), *((tab.kind, capfirst(tab.plural), tab.count) for tab in found.tabs)]
    return [
        {
            "label": label,
            "count": count,
            "url": here + listing.address(asked, kind=kind or None),
            "current": kind == asked["kind"],
        }
        for kind, label, count in every
    ]
