"""The inbox: what waits for the reader, and what was settled."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from portal import subjects
from portal.attention import inbox, news
from portal.attention.models import Reminder
from portal.people.access import permitted
from portal.web import listing
from portal.web.pages import answer as respond

MOST_URGENT = listing.Order("due", "due_on")
NEWEST = listing.Order("-settled", "settled_at", descending=True)


@require_GET
@permitted("attention.view_inbox")
def listed(request: HttpRequest) -> HttpResponse:
    return respond(request, "attention/inbox/list.html", _list(request))


def _list(request: HttpRequest) -> dict:
    settled = request.GET.get("show") == "settled"
    rows = inbox.of(request.user, settled=True) if settled else inbox.of_request(request.user)
    waiting = inbox.waiting(request.user)
    page = listing.page_of(
        rows.select_related("review__owner"), NEWEST if settled else MOST_URGENT, request.GET, total=None if settled else waiting
    )
    shown = inbox.rows_of(page.rows, request.user)
    return {
        "page": page,
        "rows": shown,
        "settled": settled,
        "waiting": waiting,
        "unread": not settled and any(row.reminder.read_at is None for row in shown),
    }


@require_GET
@permitted("attention.view_inbox")
def reminder(request: HttpRequest, pk: int) -> HttpResponse:
    """The way from a mail or the inbox to the thing itself; following it is reading it."""
    rows = Reminder.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("review"), pk=pk)
    inbox.read(rows.filter(pk=pk))
    if found.review and request.user.has_perm("attention.view_review"):
        return redirect("attention:review", pk=found.review_id)
    kind = subjects.of_kind(found.subject_kind)
    row = get_object_or_404(kind.visible_to(request.user), pk=found.subject_id)
    return HttpResponseRedirect(news.address(found) or kind.url(row))


@require_POST
@permitted("attention.view_inbox")
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Reminder.objects.visible_to(request.user).filter(pk=pk)
    get_object_or_404(rows)
    inbox.read(rows, back=request.POST.get("back") == "1")
    return respond(request, "attention/inbox/list.html#queue", _list(request), then=reverse("attention:inbox"))


@require_POST
@permitted("attention.view_inbox")
def reading_of_all(request: HttpRequest) -> HttpResponse:
    inbox.read(inbox.of(request.user))
    return respond(request, "attention/inbox/list.html#queue", _list(request), then=reverse("attention:inbox"))
