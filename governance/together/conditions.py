"""Conditions of an agreement: asked for by an office or written with an option, part of what all sign, followed up once the
decision has taken effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.together.errors import ConditionKeepsDate, ConditionMet, ConditionNotDue, MayNotOpenDecision, NotYourCondition
from governance.together.models import Condition, Decision
from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import announcements, organisations
from portal.people.models import User
from portal.people.reach import grants
from portal.record import audit
from risks import handing_over
from risks.errors import NobodyMayRead

DUE = "condition.due"
MET = "condition.met"
USUAL_TIME = timedelta(days=30)
LONGEST, MOST = 1000, 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """One condition as an office writes it; without an owner it is for whoever asked the question."""

    text: str
    owner: User | None = None
    due_on: date | None = None


def of_office(decision: Decision, office: str) -> dict[str, Condition]:
    """What `office` asked for and has not taken back, by its words."""
    return {row.text: row for row in decision.conditions.standing().filter(office=office).select_related("owner")}


def ask_for(decision: Decision, office: str, told: Sequence[Wanted], *, actor: Any) -> None:
    """Let `told` be what `office` asks for; what it asked for before and does not name again is taken back, but for what is met.
    Raises Invalid."""
    known = of_office(decision, office)
    _check(told, known)
    for text, row in known.items():
        if row.met_at is None and text not in {one.text for one in told}:
            row.archived_at = clock.now()
            row.version += 1
            row.save(update_fields=["archived_at", "version"])
            reviews.cancel(row, DUE, actor=actor)
    for one in told:
        row = known.get(one.text) or Condition(
            decision=decision,
            office=office,
            text=one.text,
            owner=decision.asked_by,
            due_on=organisations.today() + USUAL_TIME,
            asked_by=actor,
            asked_at=clock.now(),
        )
        if row.met_at is not None:
            continue
        due_on, owner = one.due_on or row.due_on, one.owner or row.owner
        if row.pk is None or (row.owner_id, row.due_on) != (owner.pk, due_on):
            row.version += row.pk is not None
            row.owner, row.due_on = owner, due_on
            row.save()


def begin(decision: Decision, *, actor: Any) -> None:
    """The decision has taken effect, or was signed anew: each condition has a day on which its owner says whether it is met; so
    have those of the option decided on."""
    _follow(decision, actor=actor)
    for row in decision.conditions.standing().filter(met_at=None).select_related("owner").order_by("pk"):
        reviews.schedule(row, DUE, row.due_on, [], owner=row.owner, actor=actor)


def _follow(decision: Decision, *, actor: Any) -> None:
    """Let the conditions of the option decided on be steps of whoever asked, thirty days from now; those of another are no more."""
    option = decision.options.filter(letter=decision.proposed_option, archived_at=None).first()
    wanted = option.conditions.splitlines() if option else []
    known = {row.text: row for row in decision.conditions.standing().exclude(from_option="")}
    for text, row in known.items():
        if row.met_at is None and (text not in wanted or row.from_option != option.letter):
            row.archived_at = clock.now()
            row.version += 1
            row.save(update_fields=["archived_at", "version"])
            reviews.cancel(row, DUE, actor=actor)
    due_on = organisations.today() + USUAL_TIME
    said = {"decision": decision, "owner": decision.asked_by, "asked_by": decision.asked_by, "due_on": due_on}
    for text in wanted:
        if text not in known or known[text].archived_at is not None:
            Condition.objects.create(text=text, from_option=option.letter, asked_at=clock.now(), **said)


@transaction.atomic
def meet(condition: Condition, *, actor: Any, note: str, version: int | None = None) -> Condition:
    """Say that it is met and what shows it; both offices hear. Raises ConditionNotDue, ConditionMet, NotYourCondition, Invalid."""
    condition = (
        Condition.objects.select_for_update(of=("self",), no_key=True)
        .select_related("decision__unit", "owner")
        .get(pk=condition.pk)
    )
    check_open(condition, actor)
    note = note.strip()
    if not note or len(note) > LONGEST:
        raise Invalid(_("This is not complete."), {"note": [_("Say in a sentence what shows that it is met.")]})
    condition.met_at, condition.met_by, condition.met_note = clock.now(), actor, note
    condition.version += 1
    condition.save(update_fields=["met_at", "met_by", "met_note", "version"])
    reviews.cancel(condition, DUE, actor=actor)
    audit.record(actor, MET, condition, text=note)
    announcements.tell(condition, MET, {condition.asked_by_id} - {actor.pk})
    return condition


def hand_over(condition: Condition, successor: User, *, actor: Any) -> User:
    """Let `successor` see to it instead of one who leaves; what was signed names the step, not the person. Of a decision that is
    not for everybody only to somebody who may open it; where `actor` may not, a leader takes it. Returns who took it. Raises
    MayNotOpenDecision, NobodyMayRead."""
    successor = _taker(condition.decision, successor, actor)
    before, condition.owner = condition.owner_id, successor
    condition.version += 1
    condition.save(update_fields=["owner", "version"])
    audit.record(actor, "condition.handed_over", condition, {"owner": [before, successor.pk]})
    if condition.decision.state == Decision.State.DECIDED and condition.met_at is None:
        reviews.schedule(condition, DUE, condition.due_on, [], owner=successor, actor=actor)
    return successor


def _taker(decision: Decision, successor: User, actor: Any) -> User:
    if not decision.is_confidential and not decision.is_privileged:
        return successor
    if not _opens(actor, decision):
        leader = handing_over.leader_of("it_owner")
        if leader is None:
            raise NobodyMayRead
        return leader
    if not _opens(successor, decision):
        raise MayNotOpenDecision(decision, successor)
    return successor


def _opens(user: Any, decision: Decision) -> bool:
    return Decision.objects.visible_to(user).filter(pk=decision.pk).exists()


def take_answer(review: Review, *, actor: Any, note: str) -> None:
    """A condition has its day: whoever closes the review says what shows that it is met. Raises ConditionKeepsDate else."""
    if review.outcome != Review.Outcome.CLOSED:
        raise ConditionKeepsDate
    meet(Condition.objects.get(pk=review.subject_id), actor=actor, note=note)


def sides(pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """An overdue condition is brought to the leader whose office asked for it."""
    offices = dict(Condition.objects.filter(pk__in={pk for pk, _owner in pairs}).values_list("pk", "office"))
    return {(pk, owner): "CISO" if offices.get(pk) == "CISO" else "CIO" for pk, owner in pairs}


def check_open(condition: Condition, actor: Any) -> None:
    """Raises ConditionNotDue, ConditionMet, NotYourCondition."""
    if condition.decision.state != Decision.State.DECIDED or condition.archived_at is not None:
        raise ConditionNotDue
    if condition.met_at is not None:
        raise ConditionMet
    if not may_settle(condition, actor):
        raise NotYourCondition


def may_settle(condition: Condition, actor: Any) -> bool:
    return actor.pk in (condition.owner_id, condition.asked_by_id) or bool(grants(actor).seats & {"CIO", "CISO", "CSO"})


def _check(told: Sequence[Wanted], known: Mapping[str, Condition]) -> None:
    wrong = []
    if len(told) > MOST:
        wrong.append(_("Ask for at most %d conditions; the rest belongs into the options.") % MOST)
    if any(not one.text or len(one.text) > LONGEST for one in told):
        wrong.append(_("Say each condition in at most %d characters.") % LONGEST)
    if len({one.text for one in told}) < len(told):
        wrong.append(_("Say each condition once."))
    kept = {(text, row.due_on) for text, row in known.items()}  # its day may be over
    if any(one.due_on is not None and one.due_on < organisations.today() and (one.text, one.due_on) not in kept for one in told):
        wrong.append(_("A condition is due today or later."))
    if any(one.owner is not None and (one.owner.is_service or not one.owner.is_active) for one in told):
        wrong.append(_("Name somebody who works here."))
    if wrong:
        raise Invalid(_("This is not complete."), {"conditions": wrong})
