"""The list of people and the page of one, for administrators."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal import subjects
from portal.people import accounts, dossier, freshness, invitations, leaving, roll, second_factors, service_accounts, sessions
from portal.people.access import permitted
from portal.people.errors import StillHolds
from portal.people.models import Appointment, RoleAssignment, Unit
from portal.told import row_key
from portal.web import listing
from portal.web.pages import answer
from portal.web.people.forms.service import ServiceAccountForm, TokenForm

ORDERS = {
    "name": listing.Order("name", "sort_name"),
    "-seen": listing.Order("-seen", "sort_seen", descending=True),
}
OFFICES = [*Appointment.Seat.choices, *RoleAssignment.Role.choices]


@require_GET
@permitted("people.change_user")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account, by how it stands; service accounts apart."""
    return answer(request, "people/people/list.html#rows", listed(request, request.GET))


def listed(request: HttpRequest, told: QueryDict) -> dict[str, Any]:
    """What the list shows for the address that `told` stands in."""
    wanted = _wanted(told)
    rows = roll.found(request.user, **wanted)
    order = listing.order_from(told, ORDERS, "name")
    return {
        "page": listing.page_of(roll.with_offices(rows), order, told, total=rows.count()),
        "wanted": wanted,
        "counts": roll.counts(request.user),
        "units": Unit.objects.visible_to(request.user).filter(archived_at=None).order_by("path"),
        "offices": OFFICES,
        "heads": {name.strip("-"): _head(told, order, name) for name in ORDERS},
        "service_form": ServiceAccountForm(user=request.user) if wanted["standing"] == roll.SERVICE else None,
    }


def _wanted(told: QueryDict) -> dict[str, Any]:
    """The filters of the list; what the address says wrongly is left out."""
    return {
        "words": told.get("q", "").replace("\x00", "").strip()[:120],
        "standing": told.get("standing", "") if told.get("standing") in (*roll.STANDINGS, roll.SERVICE) else "",
        "role": told.get("role", "") if told.get("role") in dict(OFFICES) else "",
        "unit": row_key(told.get("unit", "")),
        "lacking": told.get("factor") == "missing",
    }


def _head(told: QueryDict, order: listing.Order, name: str) -> dict[str, str]:
    return {"url": listing.address(told, sort=name), "direction": order.direction if order.name == name else ""}


@require_GET
@permitted("people.change_user")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: how it stands, what it may do, where it is signed in, and what may be done about it."""
    return answer(request, "people/people/detail.html", shown(request, pk, freshness.kept(request)))


def shown(request: HttpRequest, pk: int, written: QueryDict | None = None) -> dict[str, Any]:
    """What the page of one account shows; `written` is what stood in the form for a token before the factor was asked for."""
    found = get_object_or_404(roll.of(request.user).select_related("unit", "reports_to"), pk=pk)
    panels = [(one["template"], one["cells"].get(pk)) for one in subjects.panels("user", [pk], request.user)]
    context: dict[str, Any] = {
        "person": found,
        "dossier": dossier.of(found),
        "oneself": found.pk == request.user.pk,
        "panels": [(template, cell) for template, cell in panels if cell is not None],
    }
    if found.is_service:
        context["tokens"] = list(service_accounts.tokens_of(found)[: service_accounts.SHOWN])
        context["token_form"] = TokenForm(initial=written.dict() if written else None)
    return context


def _act(verb: Callable[..., Any], told: Callable[[], str], *, confirmed: bool = False) -> Callable[..., HttpResponse]:
    """A verb on one account that leads back to its page; `confirmed` ones ask for a factor just used."""

    @require_POST
    @permitted("people.change_user")
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(roll.of(request.user), pk=pk)
        if confirmed and not freshness.is_fresh(request):
            return freshness.ask(request, reverse("people:person", args=[pk]))
        verb(found, actor=request.user)
        messages.success(request, told())
        return redirect("people:person", pk)

    return view


invitation_again = _act(invitations.send_again, lambda: _("A new link is on its way; the earlier one leads nowhere now."))
invitation_revocation = _act(invitations.revoke, lambda: _("The link leads nowhere from now on."))


@require_POST
@permitted("people.change_user")
def closing(request: HttpRequest, pk: int) -> HttpResponse:
    """Where they hold something still, what that is and who takes it is asked first, unless it is left behind on purpose."""
    found = get_object_or_404(roll.of(request.user), pk=pk)
    try:
        leaving.close(found, actor=request.user, leave_behind="leave_behind" in request.POST)
    except StillHolds as refusal:
        messages.warning(request, str(refusal))
        return redirect("offices:hand-over", pk)
    messages.success(request, _("The account is closed. Nothing they did is lost."))
    return redirect("people:person", pk)


reopening = _act(accounts.reopen, lambda: _("The account is open again."))
sessions_end = _act(sessions.end_all, lambda: _("They are signed out everywhere at their next click."))
factor_invitation = _act(invitations.offer_factor, lambda: _("A link to add a second factor is on its way."), confirmed=True)
factor_reset = _act(
    second_factors.reset, lambda: _("Their factors are gone; a mail tells them and lets them add a new one."), confirmed=True
)


@require_POST
@permitted("people.change_user")
def session_end(request: HttpRequest, pk: int, session_pk: int) -> HttpResponse:
    """Sign one browser of somebody out."""
    found = get_object_or_404(roll.of(request.user), pk=pk)
    sessions.end(get_object_or_404(sessions.open_of(found), pk=session_pk), actor=request.user)
    messages.success(request, _("That session ended."))
    return redirect("people:person", pk)
