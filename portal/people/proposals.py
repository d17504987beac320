"""Two people change a seat: one proposes, another confirms; on its day the change takes effect and everybody concerned hears.

Whoever fills the seat then gets a link to add the second factor it asks for, where they have none.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import ConcordError, Invalid
from portal.people import announcements, appointments, organisations, second_factors
from portal.people.errors import (
    AlreadySettled,
    MovedOn,
    NobodySits,
    NotYourProposal,
    OwnAppointment,
    OwnProposal,
    ProposalWaits,
)
from portal.people.models import Appointment, AppointmentProposal, RoleAssignment, User
from portal.people.reach import grants
from portal.record import audit

State = AppointmentProposal.State
SETTLE = "people.settle_appointment"
FURTHEST = timedelta(days=366)
REASON_CHARACTERS = 300
PROPOSED, CONFIRMED = "appointment.proposed", "appointment.confirmed"
CHANGED, DROPPED = "appointment.changed", "appointment.dropped"


@transaction.atomic
def propose(
    seat: str, holder: User | None, *, actor: User, from_on: date, substitute: User | None = None, reason: str = ""
) -> AppointmentProposal:
    """Ask a second person to let `holder` fill `seat` from `from_on` on; without a holder, to leave it vacant.

    Raises Invalid by field, NobodySits, ProposalWaits, and what `appointments.check` refuses today.
    """
    appointments.lock_seats()
    _check_fields(seat, holder, substitute, from_on, reason)
    sitting = Appointment.objects.filter(seat=seat, ended_at=None).first()
    if holder is None and sitting is None:
        raise NobodySits
    if holder is not None:
        if sitting and (sitting.holder_id, sitting.substitute_id) == (holder.pk, substitute.pk if substitute else None):
            raise Invalid(_("This would change nothing."), {"holder": [_("They sit there already, with this substitute.")]})
        appointments.check(seat, holder, substitute)
    if AppointmentProposal.objects.open().filter(seat=seat).exists():
        raise ProposalWaits
    proposal = AppointmentProposal.objects.create(
        seat=seat, holder=holder, substitute=substitute, from_on=from_on, reason=reason.strip(), proposed_by=actor
    )
    audit.record(actor, PROPOSED, proposal, _keys(proposal), text=proposal.reason)
    announcements.tell(proposal, PROPOSED, set(settlers(proposal).values_list("pk", flat=True)), {"seat": seat})
    return proposal


@transaction.atomic
def confirm(proposal: AppointmentProposal, *, actor: User, version: int | None = None) -> AppointmentProposal:
    """Agree as the second person; it takes effect at once where its day has come, else on its day.

    Raises OwnProposal, OwnAppointment, AlreadySettled, MovedOn, and what the rules of seats refuse now.
    """
    proposal = _locked(proposal, version, State.PROPOSED)
    if proposal.proposed_by_id == actor.pk:
        raise OwnProposal
    if _names(proposal, actor):
        raise OwnAppointment
    if proposal.holder is not None:
        appointments.check(proposal.seat, proposal.holder, proposal.substitute)
    _settle(proposal, State.CONFIRMED, actor, "")
    audit.record(actor, CONFIRMED, proposal, _keys(proposal))
    if proposal.from_on <= organisations.today():
        return _take_effect(proposal, actor)
    announcements.tell(proposal, CONFIRMED, _concerned(proposal) - {actor.pk}, {"seat": proposal.seat})
    return proposal


@transaction.atomic
def refuse(proposal: AppointmentProposal, *, actor: User, reason: str, version: int | None = None) -> AppointmentProposal:
    """Say no as the second person, for a reason. Raises OwnProposal (withdraw it instead), OwnAppointment where one's own
    seat would change hands, AlreadySettled, MovedOn, Invalid."""
    reason = _given(reason)
    proposal = _locked(proposal, version, State.PROPOSED)
    if proposal.proposed_by_id == actor.pk:
        raise OwnProposal(_("You proposed this yourself; withdraw it instead."))
    if proposal.seat in grants(actor).seats:
        raise OwnAppointment
    return _drop(proposal, State.REFUSED, actor, reason)


@transaction.atomic
def withdraw(proposal: AppointmentProposal, *, actor: User, reason: str, version: int | None = None) -> AppointmentProposal:
    """Take back what one proposed; what is confirmed and waits for its day, either of the two. Raises NotYourProposal,
    AlreadySettled, MovedOn, Invalid."""
    reason = _given(reason)
    proposal = _locked(proposal, version, State.PROPOSED, State.CONFIRMED)
    if actor.pk not in (proposal.proposed_by_id, proposal.settled_by_id):
        raise NotYourProposal
    return _drop(proposal, State.WITHDRAWN, actor, reason)


def take_effect() -> int:
    """Let every confirmed change whose day has come take effect; one that the rules refuse by now lapses. Returns how many
    took effect. Safe to run twice."""
    due = AppointmentProposal.objects.filter(state=State.CONFIRMED, from_on__lte=organisations.today())
    return sum(_due(pk) for pk in due.order_by("from_on", "pk").values_list("pk", flat=True))


def settlers(proposal: AppointmentProposal):
    """Who could confirm or refuse it: administrators and the arbiter, but neither its proposer nor whom it names."""
    admins = RoleAssignment.objects.filter(role="ADMIN", ended_at=None).values("user")
    arbiter = appointments.seat_holder(Appointment.Seat.ARBITER)
    able = Q(pk__in=admins) | Q(pk=arbiter.person.pk if arbiter else None)
    apart = [pk for pk in (proposal.proposed_by_id, proposal.holder_id, proposal.substitute_id) if pk]
    if arbiter and proposal.seat == Appointment.Seat.ARBITER:
        apart.append(arbiter.person.pk)
    return User.objects.filter(able, is_active=True, is_service=False).exclude(pk__in=apart).order_by("name", "pk")


def may_confirm(proposal: AppointmentProposal, user: User) -> bool:
    apart = user.pk != proposal.proposed_by_id and not _names(proposal, user)
    return proposal.state == State.PROPOSED and user.has_perm(SETTLE) and apart


def _names(proposal: AppointmentProposal, person: User) -> bool:
    """Whether it names them, or would end the seat that they fill or stand in for."""
    return person.pk in (proposal.holder_id, proposal.substitute_id) or proposal.seat in grants(person).seats


def may_withdraw(proposal: AppointmentProposal, user: User) -> bool:
    mine = user.pk in (proposal.proposed_by_id, proposal.settled_by_id)
    return proposal.is_open and user.has_perm(SETTLE) and mine


def _check_fields(seat: str, holder: User | None, substitute: User | None, from_on: date, reason: str) -> None:
    fields: dict[str, list[str]] = {}
    today = organisations.today()
    if seat not in Appointment.Seat.values:
        fields["seat"] = [_("Choose one of the seats.")]
    if not today <= from_on <= today + FURTHEST:
        fields["from_on"] = [_("Choose today or a day within a year from now.")]
    if substitute is not None and holder is None:
        fields["substitute"] = [_("A vacant seat keeps the substitute it has; leave this empty.")]
    elif substitute is not None and substitute == holder:
        fields["substitute"] = [_("Name somebody else than the holder.")]
    if len(reason.strip()) > REASON_CHARACTERS:
        fields["reason"] = [_("Say it in at most %d letters.") % REASON_CHARACTERS]
    if fields:
        raise Invalid(_("This change cannot be proposed so."), fields)


def _given(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > REASON_CHARACTERS:
        sentence = _("Say why, in at most %d letters.") % REASON_CHARACTERS
        raise Invalid(sentence, {"reason": [sentence]})
    return reason


def _locked(proposal: AppointmentProposal, version: int | None, *states: str) -> AppointmentProposal:
    """Seats first, then the proposal: the order of every change of a seat."""
    appointments.lock_seats()
    rows = AppointmentProposal.objects.select_for_update(of=("self",)).select_related("holder", "substitute", "proposed_by")
    proposal = rows.get(pk=proposal.pk)
    if proposal.state not in states:
        raise AlreadySettled
    if version is not None and version != proposal.version:
        raise MovedOn
    return proposal


def _settle(proposal: AppointmentProposal, state: str, actor: Any, reason: str) -> None:
    proposal.state, proposal.settled_by, proposal.settled_at, proposal.settled_reason = state, actor, clock.now(), reason
    proposal.version += 1
    proposal.save(update_fields=["state", "settled_by", "settled_at", "settled_reason", "version"])


def _drop(proposal: AppointmentProposal, state: str, actor: Any, reason: str) -> AppointmentProposal:
    told = {proposal.proposed_by_id, proposal.settled_by_id} | set(settlers(proposal).values_list("pk", flat=True))
    _settle(proposal, state, actor, reason)
    audit.record(actor, f"appointment.{state.lower()}", proposal, _keys(proposal), text=reason)
    announcements.tell(proposal, DROPPED, told - {actor.pk if actor else None, None}, {"seat": proposal.seat})
    return proposal


def _take_effect(proposal: AppointmentProposal, actor: Any) -> AppointmentProposal:
    concerned = _concerned(proposal)
    if proposal.holder is None:
        appointments.clear(proposal.seat, actor=actor)
    else:
        appointments.place(proposal.seat, proposal.holder, actor=actor, substitute=proposal.substitute)
    proposal.state = State.IN_EFFECT
    proposal.version += 1
    proposal.save(update_fields=["state", "version"])
    audit.record(actor, CHANGED, proposal, _keys(proposal))
    announcements.tell(proposal, CHANGED, concerned, {"seat": proposal.seat})
    filled = appointments.seat_holder(proposal.seat)
    if filled is not None:
        second_factors.invite_where_lacking(filled.person, actor=actor)
    return proposal


@transaction.atomic
def _due(pk: int) -> bool:
    try:
        proposal = _locked(AppointmentProposal(pk=pk), None, State.CONFIRMED)
    except AlreadySettled:  # another process was faster
        return False
    try:
        with transaction.atomic():
            _take_effect(proposal, None)
    except ConcordError as error:
        _drop_lapsed(proposal, error)
        return False
    return True


def _drop_lapsed(proposal: AppointmentProposal, error: ConcordError) -> None:
    told = {proposal.proposed_by_id, proposal.settled_by_id} | set(settlers(proposal).values_list("pk", flat=True))
    proposal.state, proposal.settled_reason = State.LAPSED, error.code
    proposal.version += 1
    proposal.save(update_fields=["state", "settled_reason", "version"])
    audit.record(None, "appointment.lapsed", proposal, {**_keys(proposal), "refused": error.code})
    announcements.tell(proposal, DROPPED, told - {None}, {"seat": proposal.seat})


def _concerned(proposal: AppointmentProposal) -> set[int]:
    """Everybody who fills a seat or stands in for one, administrators, auditors, and those named in it or replaced by it."""
    named = {proposal.holder_id, proposal.substitute_id}
    sitting = Appointment.objects.filter(ended_at=None).values_list("holder", "substitute")
    watching = RoleAssignment.objects.filter(role__in=_WATCHING, ended_at=None).values_list("user", flat=True)
    return (named | {pk for pair in sitting for pk in pair} | set(watching)) - {None}


_WATCHING = ("ADMIN", "AUDITOR")


def _keys(proposal: AppointmentProposal) -> dict[str, Any]:
    return {
        "seat": proposal.seat,
        "holder": proposal.holder_id,
        "substitute": proposal.substitute_id,
        "from_on": proposal.from_on.isoformat(),
    }
