"""Two versions of a subject side by side."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.archive import versions
from portal.people.access import OPEN_TO_ALL, permitted
from portal.talk import places
from portal.told import row_key
from portal.web.pages import answer


@require_safe
@permitted(OPEN_TO_ALL)
def compared(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    """All versions, and what differs between two of them: the newest two where the address names none."""
    place = places.find(kind, reference, request.user)
    found = versions.of(kind, place.row, request.user)
    first, second = (_number(request, name) for name in ("from", "to"))
    if found:
        second = second or found[0].id
        first = first or next((one.id for one in found[1:]), second)
    both = versions.compare(kind, place.row, request.user, first, second) if found else None
    context = {"place": place, "versions": found, "both": both, "are_kept": versions.are_kept(kind), "most": versions.MOST}
    return answer(request, "talk/versions.html#versions", context)


def _number(request: HttpRequest, name: str) -> int:
    return row_key(request.GET.get(name, "")) or 0
