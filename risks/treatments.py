"""Proposing, deciding and finishing a treatment; the levels after plan follow from what stands.

Whoever proposed a plan, or changed it last, never decides on it. A changed plan is proposed anew. It is done only with evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal import clock
from portal.attention import news
from portal.errors import Invalid
from portal.people import organisations
from portal.record import audit, numbers
from portal.record.models import AuditEntry
from portal.signing import signatures
from risks import deciding, levels, plan_dates, plans, retaining, scales
from risks.errors import (
    EvidenceMissing,
    NotProposed,
    NotUnderWay,
    OwnProposal,
    RiskClosed,
    SavedMeanwhile,
    StepFinished,
    StepsOpen,
)
from risks.models import Levels, Risk, Treatment, TreatmentStep
from risks.signals import risk_changed

State, Kind = Treatment.State, Treatment.Kind
WORDS = ("title", "reason")
LEVELS = ("likelihood_level", *(f"{area}_level" for area in scales.IMPACT_AREAS))
CHANGEABLE = (*WORDS, "kind", "owner", "due_on", *LEVELS)
LONGEST_REASON = 300
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Step:
    """One thing one office is to do: until when, by whom, at what cost in the organisation's currency."""

    office: str
    title: str
    owner: Any
    due_on: date
    cost: Decimal = NOTHING


@transaction.atomic
def propose(
    risk: Risk,
    *,
    actor: Any,
    title: str,
    kind: str,
    owner: Any,
    due_on: date,
    likelihood_level: int | None = None,
    impact: Mapping[str, int | None] | None = None,
    steps: Sequence[Step] = (),
    reason: str = "",
    source: str = "",
    external_id: str = "",
) -> Treatment:
    """Propose one way to change `risk`: the levels it leads to, and the steps of both offices in their order. Raises RiskClosed,
    Invalid by field ("steps" for a step)."""
    risk = _open_risk(risk)
    treatment = Treatment(
        risk=risk,
        title=" ".join(title.split()),
        reason=reason.strip(),
        kind=kind,
        owner=owner,
        due_on=due_on,
        likelihood_level=likelihood_level,
        proposed_by=actor,
        first_proposed_by=actor,
        proposed_at=clock.now(),
        source=source,
        external_id=external_id,
        **{f"{area}_level": level for area, level in (impact or {}).items()},
    )
    plans.check(treatment, steps, present=_present(risk))
    treatment.number = numbers.draw("T")[0]
    treatment.save()
    _add_steps(treatment, steps)
    audit.record(actor, "treatment.proposed", treatment, {"risk": risk.pk, "kind": kind, "steps": len(steps)})
    _followed(treatment, actor, "treatment.proposed")
    deciding.ask(treatment, actor=actor)
    return treatment


@transaction.atomic
def change(
    treatment: Treatment, *, actor: Any, version: int | None = None, steps: Sequence[Step] | None = None, **fields: Any
) -> Treatment:
    """Change a plan that is not done; it is proposed anew, by `actor`. `steps` replace those that are open (None: they stay).
    Raises RiskClosed, NotUnderWay once it is decided against or done, SavedMeanwhile, Invalid by field."""
    if unknown := set(fields) - set(CHANGEABLE):
        raise TypeError(f"A treatment's {', '.join(sorted(unknown))} cannot be changed.")
    treatment = _locked(treatment, version, fields)
    if treatment.state not in (State.PROPOSED, State.APPROVED):
        raise NotUnderWay(treatment)
    before = {name: getattr(treatment, name) for name in fields}
    for name, value in fields.items():
        setattr(treatment, name, value.strip() if name in WORDS else value)
    changed = [name for name in fields if getattr(treatment, name) != before[name]]
    kept = list(treatment.steps.filter(dropped_at=None))
    if not changed and (steps is None or plans.same(kept, steps)):
        return treatment
    plans.check(treatment, _as_steps(kept) if steps is None else steps, present=_present(treatment.risk))
    treatment.state, treatment.proposed_by, treatment.proposed_at = State.PROPOSED, actor, clock.now()
    treatment.decided_by = treatment.decided_at = None
    _save(treatment, *changed, "state", "proposed_by", "proposed_at", "decided_by", "decided_at")
    if steps is not None:
        _drop(treatment)
        _add_steps(treatment, steps)
    values = {name: [_plain(before[name]), _plain(getattr(treatment, name))] for name in changed if name not in WORDS}
    audit.record(actor, "treatment.changed", treatment, {"fields": changed, "values": values, "steps": steps is not None})
    _followed(treatment, actor, "treatment.changed")
    deciding.ask(treatment, actor=actor)
    return treatment


@transaction.atomic
def approve(treatment: Treatment, *, actor: Any, version: int | None = None) -> Treatment:
    """Let `treatment` start. Raises NotProposed, OwnProposal where the actor proposed it, first or last, RiskClosed,
    SavedMeanwhile, NeedsSignatures where the table of authority asks others, and NotAccepted where a risk is to be retained that
    nobody accepts."""
    treatment = _to_decide(treatment, actor, version)
    deciding.check(treatment, actor)
    return _approved(treatment, actor)


def take_force(treatment: Treatment, *, actor: Any) -> None:
    """All whom the table of authority names have signed it; called by signing, the treatment is locked."""
    treatment.risk = _open_risk(Risk(pk=treatment.risk_id))
    _approved(treatment, actor)


def retain(risk: Risk, *, actor: Any) -> None:
    """An acceptance of `risk` took force, by whose last signature (`actor`): what is proposed to retain it starts, but what that
    person proposed. Called in that transaction."""
    rows = Treatment.objects.filter(risk=risk, kind=Kind.RETAIN, state=State.PROPOSED).exclude(proposed_by=actor)
    rows = rows.exclude(first_proposed_by=actor).select_for_update(of=("self",)).select_related("risk", "owner").order_by("pk")
    for treatment in rows:
        _decide(treatment, State.APPROVED, actor)
        audit.record(actor, "treatment.approved", treatment)
        plan_dates.schedule(treatment, actor=actor)
        risk_changed.send(Treatment, risk_ids=[risk.pk], cause="treatment.approved")


@transaction.atomic
def reopen_lapsed(risk: Risk | None = None, *, actor: Any = None) -> int:
    """What retains a risk (None: any) that is accepted no more waits for an acceptance again; how many. Safe to run twice."""
    rows = retaining.lapsed() if risk is None else retaining.lapsed().filter(risk=risk)
    found = list(rows.select_for_update(of=("self",)).select_related("risk", "owner").order_by("pk"))
    for treatment in found:
        treatment.state, treatment.decided_by, treatment.decided_at = State.PROPOSED, None, None
        _save(treatment, "state", "decided_by", "decided_at")
        audit.record(actor, "treatment.reopened", treatment)
        plan_dates.schedule(treatment, actor=actor)
        risk_changed.send(Treatment, risk_ids=[treatment.risk_id], cause="treatment.reopened")
    return len(found)


@transaction.atomic
def refuse(treatment: Treatment, *, actor: Any, reason: str, version: int | None = None) -> Treatment:
    """Let `treatment` not start, for a reason its proposer can read. Raises as `approve`, and Invalid without a reason."""
    treatment = _to_decide(treatment, actor, version)
    return _over(treatment, State.REFUSED, actor, "treatment.refused", _checked_reason(reason))


@transaction.atomic
def withdraw(treatment: Treatment, *, actor: Any, reason: str) -> Treatment:
    """Give a plan up, for a reason; what was done stays on record. Raises RiskClosed, NotUnderWay, Invalid without a reason."""
    treatment = _locked(treatment, None, ())
    if treatment.state not in (State.PROPOSED, State.APPROVED):
        raise NotUnderWay(treatment)
    return _over(treatment, State.WITHDRAWN, actor, "treatment.withdrawn", _checked_reason(reason))


@transaction.atomic
def finish_step(step: TreatmentStep, *, actor: Any, done_on: date | None = None) -> TreatmentStep:
    """Note that a step is done, today or on an earlier day. Raises RiskClosed, NotUnderWay, StepFinished, Invalid."""
    treatment = _locked(step.treatment, None, ())
    if treatment.state != State.APPROVED:
        raise NotUnderWay(treatment)
    step = TreatmentStep.objects.select_for_update(of=("self",)).select_related("owner").get(pk=step.pk)
    if step.done_on is not None or step.dropped_at is not None:
        raise StepFinished(step)
    today = organisations.today()
    if done_on is not None and done_on > today:
        raise Invalid(_("Some answers do not fit yet."), {"done_on": [_("It cannot be done on a day to come.")]})
    step.done_on, step.done_by = done_on or today, actor
    step.version += 1
    step.save(update_fields=["done_on", "done_by", "version"])
    audit.record(actor, "treatment.step_done", treatment, {"step": step.pk, "done_on": step.done_on.isoformat()})
    plan_dates.schedule(treatment, actor=actor)
    risk_changed.send(TreatmentStep, risk_ids=[treatment.risk_id], cause="treatment.step_done")
    return step


@transaction.atomic
def finish(treatment: Treatment, *, actor: Any) -> Treatment:
    """Close a plan as done. Raises RiskClosed, NotUnderWay, StepsOpen, EvidenceMissing."""
    treatment = _locked(treatment, None, ())
    if treatment.state != State.APPROVED:
        raise NotUnderWay(treatment)
    open_steps = treatment.steps.filter(done_on=None, dropped_at=None).count()
    if open_steps:
        raise StepsOpen(treatment, open_steps)
    if not treatment.evidence.standing().exists():
        raise EvidenceMissing(treatment)
    treatment.state, treatment.done_by, treatment.done_at = State.DONE, actor, clock.now()
    _save(treatment, "state", "done_by", "done_at")
    audit.record(actor, "treatment.done", treatment)
    _followed(treatment, actor, "treatment.done")
    return treatment


def end_of(risk: Risk, *, actor: Any, reason: str) -> None:
    """A closed risk needs no plan. The caller holds its lock."""
    for treatment in Treatment.objects.select_related("risk").filter(risk=risk, state__in=(State.PROPOSED, State.APPROVED)):
        _decide(treatment, State.WITHDRAWN, actor, reason[:LONGEST_REASON])
        audit.record(actor, "treatment.withdrawn", treatment, {"risk_closed": True})
        plan_dates.schedule(treatment, actor=actor)


def _approved(treatment: Treatment, actor: Any) -> Treatment:
    _decide(treatment, State.APPROVED, actor)
    audit.record(actor, "treatment.approved", treatment)
    _followed(treatment, actor, "treatment.approved")
    return treatment


def _to_decide(treatment: Treatment, actor: Any, version: int | None) -> Treatment:
    treatment = _locked(treatment, version, ())
    if treatment.state != State.PROPOSED:
        raise NotProposed(treatment)
    if actor.pk in (treatment.proposed_by_id, treatment.first_proposed_by_id):
        raise OwnProposal
    return treatment


def _decide(treatment: Treatment, state: str, actor: Any, reason: str = "") -> None:
    treatment.state, treatment.decided_by, treatment.decided_at = state, actor, clock.now()
    treatment.deciding_reason = reason
    news.settle(treatment, signatures.ASKED)
    _save(treatment, "state", "decided_by", "decided_at", "deciding_reason")


def _over(treatment: Treatment, state: str, actor: Any, verb: str, reason: str) -> Treatment:
    _decide(treatment, state, actor, reason)
    audit.record(actor, verb, treatment, text=reason)
    _followed(treatment, actor, verb)
    return treatment


def _followed(treatment: Treatment, actor: Any, cause: str) -> None:
    """What depends on a plan: its dates, the levels after it, the score."""
    plan_dates.schedule(treatment, actor=actor)
    levels.follow_plan(treatment.risk, actor=actor)
    risk_changed.send(Treatment, risk_ids=[treatment.risk_id], cause=cause)


def _open_risk(risk: Risk) -> Risk:
    risk = Risk.objects.select_for_update().get(pk=risk.pk)
    if risk.state != Risk.State.OPEN or risk.archived_at is not None:
        raise RiskClosed(risk)
    return risk


def _locked(treatment: Treatment, version: int | None, fields: Iterable[str]) -> Treatment:
    """The treatment as it stands, locked after its open risk."""
    risk = _open_risk(Risk(pk=treatment.risk_id))
    treatment = Treatment.objects.select_related("owner").select_for_update(of=("self",)).get(pk=treatment.pk)
    treatment.risk = risk
    if version is not None and version != treatment.version:
        theirs = {name: _plain(getattr(treatment, name)) for name in fields}
        entries = AuditEntry.objects.filter(kind="treatment", subject_id=treatment.pk).select_related("actor")
        last = entries.last()
        raise SavedMeanwhile(theirs=theirs, version=treatment.version, by=last.actor if last else None)
    return treatment


def _present(risk: Risk) -> Levels | None:
    return Levels.objects.filter(risk=risk, stage=Levels.Stage.CURRENT).first()


def _add_steps(treatment: Treatment, steps: Sequence[Step]) -> None:
    last = treatment.steps.aggregate(last=Max("place"))["last"] or 0
    for place, step in enumerate(steps, start=last + 1):
        title = " ".join(step.title.split())
        TreatmentStep.objects.create(
            treatment=treatment,
            place=place,
            office=step.office,
            title=title,
            owner=step.owner,
            due_on=step.due_on,
            cost=step.cost,
        )


def _drop(treatment: Treatment) -> None:
    """Steps that are not done leave the plan; those that are stay."""
    for step in treatment.steps.filter(done_on=None, dropped_at=None):
        step.dropped_at = clock.now()
        step.version += 1
        step.save(update_fields=["dropped_at", "version"])
        plan_dates.end_step(step)


def _as_steps(rows: Iterable[TreatmentStep]) -> list[Step]:
    return [Step(row.office, row.title, row.owner, row.due_on, row.cost) for row in rows]


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(_("Some answers do not fit yet."), {"reason": [_("Say why in at most 300 characters.")]})
    return reason


def _save(treatment: Treatment, *fields: str) -> None:
    treatment.version += 1
    treatment.save(update_fields=[*fields, "version"])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else getattr(value, "pk", value)
