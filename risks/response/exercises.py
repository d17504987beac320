"""Exercises: plan, start, feed, end; what they found, and how a gap becomes a treatment.

Locks go from the exercise to the plan and the risk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.record import audit, numbers
from risks import treatments
from risks.errors import SavedMeanwhile
from risks.models import Activation, Exercise, Finding, Inject, ResponsePlan, Risk, Treatment
from risks.response import activations, plans
from risks.response.errors import GapTreated, NoGap, NothingInForce, NotThisStage, PlanRetired

PERMISSION = plans.PERMISSION
DUE = "exercise.due"
MOST_INJECTS = 60
LONGEST = 500
FIELDS = ("title", "scene", "planned_on", "lead")
State = Exercise.State


@dataclass(frozen=True)
class Fed:
    """A note that comes up `at_minute` after the start."""

    at_minute: int
    text: str


@transaction.atomic
def plan_one(
    plan: ResponsePlan, *, actor: Any, title: str, planned_on: date, lead: Any = None, scene: str = "", injects: Sequence[Fed] = ()
) -> Exercise:
    """Plan to try `plan` on a day; its lead is reminded. Raises PlanRetired, NothingInForce, Invalid."""
    plan = ResponsePlan.objects.select_for_update(of=("self",)).select_related("unit").get(pk=plan.pk)
    if plan.archived_at is not None:
        raise PlanRetired(plan)
    if plans.in_force(plan) is None:
        raise NothingInForce(plan)
    found = Exercise(plan=plan, title=title, scene=scene.strip(), planned_on=planned_on, lead=lead or actor, planned_by=actor)
    _check(found, injects, {"planned_on"})
    found.number = numbers.draw("EX")[0]
    found.save()
    _feed_with(found, injects)
    audit.record(actor, "exercise.planned", found, {"plan": plan.pk, "planned_on": planned_on.isoformat(), "injects": len(injects)})
    _remind(found, actor)
    return found


@transaction.atomic
def change(found: Exercise, *, actor: Any, version: int | None, injects: Sequence[Fed] | None = None, **said: Any) -> Exercise:
    """Say it otherwise while it has not begun. Raises NotThisStage, SavedMeanwhile, Invalid."""
    if unknown := set(said) - set(FIELDS):
        raise TypeError(f"An exercise has no {', '.join(sorted(unknown))}.")
    found = _locked(found, State.PLANNED)
    if version is not None and version != found.version:
        theirs = {name: getattr(getattr(found, name), "pk", getattr(found, name)) for name in FIELDS}
        raise SavedMeanwhile(theirs=theirs, version=found.version, by=None)
    changed = [name for name, value in said.items() if getattr(found, name) != value]
    for name in changed:
        setattr(found, name, said[name])
    _check(found, injects or (), set(changed))
    if not changed and injects is None:
        return found
    if injects is not None:
        found.injects.all().delete()
        _feed_with(found, injects)
    plans.save(found, *changed)
    audit.record(actor, "exercise.changed", found, {"fields": changed, "injects": injects is not None})
    _remind(found, actor)
    return found


@transaction.atomic
def start(found: Exercise, *, actor: Any) -> Activation:
    """Begin now: the plan is activated for the exercise, and its clock runs. Raises NotThisStage, NothingInForce, PlanRetired."""
    found = _locked(found, State.PLANNED)
    found.state, found.started_at = State.RUNNING, clock.now()
    plans.save(found, "state", "started_at")
    reviews.cancel(found, DUE, actor=actor)
    audit.record(actor, "exercise.started", found)
    return activations.activate(found.plan, actor=actor, exercise=found, aware_at=found.started_at)


@transaction.atomic
def tell(inject: Inject, *, actor: Any) -> Inject:
    """Feed a note in, this moment; the first who does so stands. Raises NotThisStage."""
    found = _locked(inject.exercise, State.RUNNING)
    inject = Inject.objects.get(pk=inject.pk)
    if inject.told_at is not None:
        return inject
    inject.told_at, inject.told_by = clock.now(), actor
    inject.save(update_fields=["told_at", "told_by"])
    audit.record(actor, "exercise.fed", found, {"inject": inject.pk})
    return inject


@transaction.atomic
def find(found: Exercise, text: str, *, actor: Any, is_gap: bool = True, risk: Risk | None = None) -> Finding:
    """Note what it showed, while it runs or afterwards. Raises NotThisStage, Invalid."""
    found = _locked(found, State.RUNNING, State.DONE)
    text = " ".join(text.split())
    if not text or len(text) > LONGEST:
        raise Invalid(_("Say what it showed."), {"text": [_("Say in at most 500 characters what it showed.")]})
    row = Finding.objects.create(exercise=found, text=text, is_gap=is_gap, risk=risk, noted_by=actor, noted_at=clock.now())
    audit.record(actor, "exercise.found", found, {"finding": row.pk, "is_gap": is_gap, "risk": risk and risk.pk}, text=text)
    return row


@transaction.atomic
def end(found: Exercise, *, actor: Any, summary: str, next_due_on: date | None) -> Exercise:
    """It is over; the plan is to be tried again by `next_due_on` (None: nobody says yet). Raises NotThisStage, Invalid."""
    found = _locked(found, State.RUNNING)
    wrong = {}
    if not summary.strip() or len(summary) > activations.LONGEST_SUMMARY:
        wrong["summary"] = [_("Say in some sentences how it went.")]
    if next_due_on is not None and next_due_on <= organisations.today():
        wrong["next_due_on"] = [_("Choose a day to come.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
    for live in Activation.objects.live().filter(exercise=found):
        activations.close(live, actor=actor, summary=summary.strip())
    found.state, found.ended_at, found.summary, found.next_due_on = State.DONE, clock.now(), summary.strip(), next_due_on
    plans.save(found, "state", "ended_at", "summary", "next_due_on")
    audit.record(actor, "exercise.ended", found, {"next_due_on": next_due_on and next_due_on.isoformat()}, text=found.summary)
    if next_due_on is not None:
        reviews.schedule(found, DUE, next_due_on, [], owner=found.lead, actor=actor)
    return found


@transaction.atomic
def call_off(found: Exercise, *, actor: Any, reason: str) -> Exercise:
    """It does not take place. Raises NotThisStage, Invalid without a reason."""
    found = _locked(found, State.PLANNED)
    if not reason.strip() or len(reason.strip()) > LONGEST:
        raise Invalid(_("Say why."), {"reason": [_("Say why in at most 500 characters.")]})
    found.state, found.summary = State.CALLED_OFF, reason.strip()
    plans.save(found, "state", "summary")
    reviews.cancel(found, DUE, actor=actor)
    audit.record(actor, "exercise.called_off", found, text=found.summary)
    return found


@transaction.atomic
def treat(finding: Finding, risk: Risk, *, actor: Any, **said: Any) -> Treatment:
    """Make a treatment of a gap in one step: proposed by the verb of treatments, and each knows the other. `said` is what
    `treatments.propose` takes. Raises NoGap, GapTreated, RiskClosed, Invalid."""
    found = Exercise.objects.select_for_update(of=("self",)).get(pk=finding.exercise_id)
    finding = Finding.objects.select_related("treatment").get(pk=finding.pk)
    if not finding.is_gap:
        raise NoGap
    if finding.treatment is not None:
        raise GapTreated(finding)
    treatment = treatments.propose(risk, actor=actor, **said)
    finding.risk, finding.treatment = treatment.risk, treatment
    finding.save(update_fields=["risk", "treatment"])
    audit.record(actor, "exercise.gap_treated", found, {"finding": finding.pk, "treatment": treatment.pk})
    return treatment


@transaction.atomic
def hand_over(found: Exercise, successor: Any, *, actor: Any) -> Any:
    """Let `successor` lead it instead of one who leaves."""
    found = Exercise.objects.select_for_update(of=("self",)).get(pk=found.pk)
    before, found.lead = found.lead_id, successor
    plans.save(found, "lead")
    audit.record(actor, "exercise.handed_over", found, {"lead": [before, successor.pk]})
    _remind(found, actor)
    return successor


def take_answer(review: Review, *, actor: Any, note: str) -> None:
    """What is due is an exercise: asked for again in a month, until it is planned anew or nobody wants it any more."""
    found = Exercise.objects.select_related("lead").get(pk=review.subject_id)
    if review.outcome != Review.Outcome.CLOSED:
        reviews.schedule(found, DUE, organisations.today() + timedelta(days=30), [], owner=found.lead, actor=actor)


def _remind(found: Exercise, actor: Any) -> None:
    due_on = found.planned_on if found.state == State.PLANNED else found.next_due_on
    if due_on is not None and found.state in (State.PLANNED, State.DONE):
        reviews.schedule(found, DUE, due_on, [], owner=found.lead, actor=actor)


def _feed_with(found: Exercise, injects: Sequence[Fed]) -> None:
    Inject.objects.bulk_create(Inject(exercise=found, at_minute=one.at_minute, text=" ".join(one.text.split())) for one in injects)


def _locked(found: Exercise, *states: str) -> Exercise:
    related = ("plan__unit", "plan__owner", "lead")
    found = Exercise.objects.select_for_update(of=("self",)).select_related(*related).get(pk=found.pk)
    if found.state not in states:
        raise NotThisStage(found)
    return found


def _check(found: Exercise, injects: Sequence[Fed], changed: set[str]) -> None:
    found.title = " ".join(found.title.split())
    wrong: dict[str, list[str]] = {}
    if not found.title or len(found.title) > 200:
        wrong["title"] = [_("Say in at most 200 characters what is tried.")]
    if len(found.scene) > activations.LONGEST_SUMMARY:
        wrong["scene"] = [_("Keep it under 10,000 characters.")]
    if "planned_on" in changed and found.planned_on < organisations.today():
        wrong["planned_on"] = [_("Choose today or a day to come.")]
    if found.lead is None or found.lead.is_service or not found.lead.is_active:
        wrong["lead"] = [_("Choose somebody who works here.")]
    if len(injects) > MOST_INJECTS or any(
        not one.text.strip() or len(one.text) > LONGEST or not 0 <= one.at_minute <= 10_000 for one in injects
    ):
        wrong["injects"] = [_("Give each note a minute and at most 500 characters; at most 60 notes.")]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
