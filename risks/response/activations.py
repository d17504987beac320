"""A plan at work: activate, tick, tell outside, note, end. The log is only added to, under the lock of the activation.

What a token may not do: activating for an incident shows private numbers to people, so a person with a session does it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import announcements, appointments
from portal.people.models import User
from portal.people.reach import grants
from portal.record import audit
from risks.models import Activation, ActivationMark, Incident, Phase, PlanAction, PlanClock, PlanContact, PlanVersion, ResponsePlan
from risks.response import incidents, plan_content, plans
from risks.response.errors import (
    ActivationOver,
    AlreadyMaterial,
    AtWork,
    EndsWithExercise,
    IncidentClosed,
    NotCalled,
    NothingInForce,
    NotRunningYet,
    PlanRetired,
    StaysPrivate,
)

PERMISSION = "risks.activate_plan"
ACTIVATED = "response.activated"
LEADERS = frozenset({"CIO", "CISO", "CSO", "ARBITER"})
LONGEST_NOTE, LONGEST_SUMMARY = 1000, 10_000
Kind = ActivationMark.Kind


@transaction.atomic
def activate(
    plan: ResponsePlan, *, actor: Any, incident: Incident | None = None, exercise: Any = None, aware_at: datetime | None = None
) -> Activation:
    """Act by the version in force, for an incident or an exercise; everybody it names is called. Clocks count from `aware_at`:
    when the incident was noticed, or this moment. Raises PlanRetired, NothingInForce, AtWork, IncidentClosed, Invalid."""
    plan = ResponsePlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    version = plans.in_force(plan)
    if plan.archived_at is not None:
        raise PlanRetired(plan)
    if version is None:
        raise NothingInForce(plan)
    if incident is not None:
        incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        if incident.closed_at is not None:
            raise IncidentClosed(incident)
    if Activation.objects.live().filter(plan_version__plan=plan, incident=incident, exercise=exercise).exists():
        raise AtWork(plan)
    now = clock.now()
    aware_at = aware_at or (incident.noticed_at if incident else now)
    if not incidents.EARLIEST <= aware_at <= now:
        raise Invalid(_("This does not fit."), {"aware_at": [_("Give a moment of this century that has come.")]})
    found = Activation.objects.create(
        plan_version=version, incident=incident, exercise=exercise, started_at=now, started_by=actor, aware_at=aware_at
    )
    people = called_by(version) | ({incident.lead_id} if incident and incident.lead_id else set()) | {plan.owner_id, actor.pk}
    able = User.objects.filter(pk__in=people, is_active=True, is_service=False)
    found.people.set(able)
    about = {"plan": plan.pk, "incident": incident and incident.pk, "exercise": exercise and exercise.pk}
    audit.record(actor, "response.activated", found, about | {"called": sorted(one.pk for one in able)})
    announcements.tell(found, ACTIVATED, {one.pk for one in able} - {actor.pk}, {"exercise": exercise is not None})
    return found


@transaction.atomic
def tick(found: Activation, action: PlanAction, *, actor: Any, done: bool = True) -> ActivationMark:
    """Note that an action is done, or not done after all. Of two who tick at once the first stands. Raises ActivationOver,
    NotCalled, Invalid."""
    found = _at_work(found, actor)
    if action.plan_version_id != found.plan_version_id or action.phase == Phase.PREPARE:
        raise Invalid(_("This is no action of the plan at work."), {"action": [_("Choose an action of this plan.")]})
    last = found.marks.filter(action=action).order_by("-pk").first()
    kind = Kind.DONE if done else Kind.NOT_DONE
    if last is not None and last.kind == kind:
        return last
    if last is None and not done:
        raise Invalid(_("It was not done yet."), {"done": [_("It was not done yet.")]})
    return _mark(found, kind, actor, "response.ticked", action=action)


@transaction.atomic
def notify(found: Activation, duty: PlanClock, *, actor: Any, text: str = "") -> ActivationMark:
    """Note that an outside body was told, this moment, and by which words or reference. Twice changes nothing. Raises
    ActivationOver, NotCalled, NotRunningYet, Invalid."""
    found = _at_work(found, actor)
    if duty.plan_version_id != found.plan_version_id:
        raise Invalid(_("This is no clock of the plan at work."), {"clock": [_("Choose a clock of this plan.")]})
    if duty.starts == PlanClock.Starts.MATERIALITY and found.material_at is None:
        raise NotRunningYet
    last = found.marks.filter(clock=duty, kind=Kind.NOTIFIED).first()
    return last or _mark(found, Kind.NOTIFIED, actor, "response.notified", clock=duty, text=_said(text))


@transaction.atomic
def find_material(found: Activation, *, actor: Any, at: datetime | None = None) -> Activation:
    """Decide that it is material, or major: the clocks that wait for that start. Raises ActivationOver, NotCalled,
    AlreadyMaterial, Invalid."""
    found = _at_work(found, actor)
    if found.material_at is not None:
        raise AlreadyMaterial
    now = clock.now()
    at = at or now
    if not found.aware_at <= at <= now:
        raise Invalid(_("This does not fit."), {"at": [_("Give a moment since we were aware of it, and not ahead.")]})
    found.material_at, found.material_by = at, actor
    plans.save(found, "material_at", "material_by")
    audit.record(actor, "response.found_material", found, {"at": at.isoformat()})
    return found


@transaction.atomic
def note(found: Activation, text: str, *, actor: Any) -> ActivationMark:
    """Write a line into the log. Raises ActivationOver, NotCalled, Invalid."""
    found = _at_work(found, actor)
    text = _said(text)
    if not text:
        raise Invalid(_("Write what happened."), {"text": [_("Write what happened.")]})
    return _mark(found, Kind.NOTE, actor, "response.noted", text=text)


@transaction.atomic
def end(found: Activation, *, actor: Any, summary: str) -> Activation:
    """The plan is at work no longer; private numbers close again. One for an exercise ends with the exercise. Raises
    ActivationOver, NotCalled, EndsWithExercise, Invalid."""
    found = _at_work(found, actor)
    if found.exercise_id is not None:
        raise EndsWithExercise
    summary = summary.strip()
    if not summary or len(summary) > LONGEST_SUMMARY:
        sentence = _("Say in some sentences what was done and what is left.")
        raise Invalid(sentence, {"summary": [sentence]})
    return close(found, actor=actor, summary=summary)


def close(found: Activation, *, actor: Any, summary: str) -> Activation:
    """End it within another verb's transaction, which has checked."""
    found.summary, found.ended_at, found.ended_by = summary, clock.now(), actor
    plans.save(found, "summary", "ended_at", "ended_by")
    plan_content.forget_private(found.plan_version.plan)
    audit.record(actor, "response.ended", found, text=summary)
    return found


@transaction.atomic
def look_at_contacts(found: Activation, *, actor: Any, where: str = "page") -> list[PlanContact]:
    """The contact tree with private numbers; this very look is on record. Raises ActivationOver, NotCalled, and StaysPrivate for
    an exercise: who only tries a plan reaches nobody at home."""
    found = Activation.objects.select_related("plan_version").get(pk=found.pk)
    if not found.is_live:
        raise ActivationOver
    if not may_act(found, actor):
        raise NotCalled
    if found.exercise_id is not None:
        raise StaysPrivate
    rows = list(found.plan_version.contacts.select_related("private", "below", "person"))
    audit.record(actor, "response.contacts_shown", found, {"where": where, "private": sum(hasattr(one, "private") for one in rows)})
    return rows


def may_act(found: Activation, actor: Any) -> bool:
    """Whoever is called, and the seats; a person, never a service."""
    if actor.is_service:
        return False
    return bool(grants(actor).seats & LEADERS) or found.people.filter(pk=actor.pk).exists()


def called_by(version: PlanVersion) -> set[int]:
    """The people a version names: by name, or by the seat they fill today. An action without either is its office's leader's."""
    people: set[int | None] = set()
    seats: set[str] = set()
    for one in version.actions.all():
        people.add(one.person_id)
        if one.person_id is None:
            seats.add(one.seat or plan_content.SEAT_OF[one.office])
    for one in version.clocks.all():
        people.add(one.person_id)
        seats.add(one.seat)
    people |= set(version.contacts.values_list("person", flat=True))
    people |= {who.person.pk for seat, who in appointments.filled().items() if seat in seats}
    return people - {None}


def _mark(found: Activation, kind: str, actor: Any, verb: str, **said: Any) -> ActivationMark:
    mark = ActivationMark.objects.create(activation=found, kind=kind, by=actor, at=clock.now(), **said)
    about = {name: row.pk for name, row in said.items() if name != "text"}
    audit.record(actor, verb, found, about | {"kind": kind}, text=said.get("text", ""))
    return mark


def _at_work(found: Activation, actor: Any) -> Activation:
    """The live activation, locked, so that its log has one order."""
    found = Activation.objects.select_for_update(of=("self",)).select_related("plan_version").get(pk=found.pk)
    if not found.is_live:
        raise ActivationOver
    if not may_act(found, actor):
        raise NotCalled
    return found


def _said(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        raise Invalid(_("This is too long."), {"text": [_("Keep it under %d characters.") % LONGEST_NOTE]})
    return text
