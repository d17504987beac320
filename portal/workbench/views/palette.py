"""The palette: every place and every thing by a few letters; and what the keyboard does."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.people import accounts
from portal.people.access import OPEN_TO_ALL, permitted
from portal.web import directory, shell
from portal.web.pages import answer
from portal.workbench import searching

HITS = 8


@require_safe
@permitted(OPEN_TO_ALL)
def palette(request: HttpRequest) -> HttpResponse:
    """Places and deeds that the reader may open and whose words fit, then what search finds first."""
    words = request.GET.get("q", "").strip()[: searching.LONGEST]
    groups = directory.groups_for(request.user, words)
    hits = searching.first(request.user, words, HITS) if words else []
    return answer(request, "workbench/palette.html#found", {"words": words, "groups": groups, "hits": hits})


@require_http_methods(["GET", "POST"])
@permitted(OPEN_TO_ALL)
def keys(request: HttpRequest) -> HttpResponse:
    """What the keyboard does; POST switches the single keys on or off for this person."""
    if request.method == "POST":
        accounts.choose_keys(request.user, single_keys=request.POST.get("single_keys") == "on", actor=request.user)
    context = {"single": _single(request), "always": _always()}
    return answer(request, "workbench/keys.html#keys", context, then="workbench:keys" if request.method == "POST" else None)


def _always() -> list[tuple[list[str], str]]:
    return [
        (["Ctrl", "K"], _("Go anywhere, or search")),
        (["↓"], _("In the palette: the next place")),
        (["Enter"], _("In the palette: open it")),
        (["Esc"], _("Close what lies over the page")),
    ]


def _single(request: HttpRequest) -> list[tuple[list[str], str]]:
    """Those that need no Ctrl: they can be switched off."""
    seen = shell.shell(request)["shell"]
    leads = [link for link in (*seen.first, *seen.rest, *seen.personal) if link.letter]
    return [
        (["?"], _("These keys")),
        (["/"], _("The search box of this page")),
        *((["g", link.letter], str(link.label)) for link in leads),
    ]
