"""Where the log stood, day by day."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.archive import heads
from portal.people.access import permitted
from portal.record import sealing
from portal.web import listing
from portal.web.pages import answer

NEWEST = listing.Order("-day", "day", descending=True)


@require_safe
@permitted("record.view_auditentry")
def listed(request: HttpRequest) -> HttpResponse:
    """Every day's head, with to how many it was mailed; `hash` asks which seal a hash kept elsewhere is."""
    page = listing.page_of(heads.noted(), NEWEST, request.GET)
    asked = request.GET.get("hash", "").strip().lower()[:64]
    context = {"page": page, "head": sealing.head(), "tail": sealing.tail(), "asked": asked, "found": heads.seal_of(asked)}
    return answer(request, "archive/heads.html", context)
