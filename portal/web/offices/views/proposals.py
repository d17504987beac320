"""A change of a seat: proposed by one, settled by another."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDictKeyError
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.people import freshness, proposals
from portal.people.access import OPEN_TO_ALL, permitted
from portal.people.errors import MovedOn
from portal.people.models import AppointmentProposal
from portal.web.offices.forms.seats import ProposalForm, ReasonForm
from portal.web.offices.views.saving import saved
from portal.web.pages import answer


def _own_address(pk: int) -> str:
    return reverse("offices:proposal", args=[pk])


@require_http_methods(["GET", "HEAD", "POST"])
@permitted(proposals.SETTLE)
@freshness.second_factor()
def new(request: HttpRequest) -> HttpResponse:
    template = "people/seats/new.html"
    if request.method != "POST":
        form = ProposalForm(freshness.kept(request), initial={"seat": request.GET.get("seat", "")})
        return answer(request, template, {"form": form})
    form = ProposalForm(request.POST)
    return saved(request, form, lambda said: proposals.propose(**said, actor=request.user), template, {}, None)


@require_GET
@permitted(OPEN_TO_ALL)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    kept = freshness.kept(request)
    return answer(request, "people/seats/proposal.html", _shown(request, proposal, ReasonForm(kept) if kept else None))


@require_POST
@permitted(proposals.SETTLE)
@freshness.second_factor(back=_own_address)
def confirmation(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    proposals.confirm(proposal, actor=request.user, version=_version(request))
    return redirect(proposal)


@require_POST
@permitted(proposals.SETTLE)
@freshness.second_factor(back=_own_address)
def refusal(request: HttpRequest, pk: int) -> HttpResponse:
    return _dropped(request, _proposal(request, pk), proposals.refuse)


@require_POST
@permitted(proposals.SETTLE)
@freshness.second_factor(back=_own_address)
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    return _dropped(request, _proposal(request, pk), proposals.withdraw)


def _dropped(request: HttpRequest, proposal: AppointmentProposal, verb: Any) -> HttpResponse:
    form = ReasonForm(request.POST)
    context = _shown(request, proposal, form)
    template = "people/seats/proposal.html"
    return saved(request, form, lambda said: verb(proposal, actor=request.user, **said), template, context, proposal)


def _version(request: HttpRequest) -> int:
    """Raises MovedOn where the form names none: then nobody saw what they confirm."""
    try:
        return int(request.POST["version"])
    except (MultiValueDictKeyError, ValueError):
        raise MovedOn from None


def _proposal(request: HttpRequest, pk: int) -> AppointmentProposal:
    rows = AppointmentProposal.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("holder", "substitute", "proposed_by", "settled_by"), pk=pk)


def _shown(request: HttpRequest, proposal: AppointmentProposal, form: ReasonForm | None) -> dict[str, Any]:
    may_confirm = proposals.may_confirm(proposal, request.user)
    return {
        "proposal": proposal,
        "may_confirm": may_confirm,
        "may_withdraw": proposals.may_withdraw(proposal, request.user),
        "settlers": list(proposals.settlers(proposal)) if proposal.state == proposals.State.PROPOSED and not may_confirm else [],
        "form": form or ReasonForm(initial={"version": proposal.version}),
        "is_fresh": freshness.is_fresh(request),
    }
