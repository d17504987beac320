"""What both may be proud of: proposed by facts that other rooms name, verified where it is modelled, published by a person."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from governance.together import goal_page, goal_standing
from governance.together.errors import AchievementSettled, NotTheOtherOffice, NotVerified
from governance.together.models import Achievement, Goal, Office
from portal import clock, turns
from portal.errors import Invalid
from portal.people import appointments
from portal.people.reach import grants
from portal.record import audit
from portal.signing import standing as standings
from risks.models import LossResult, Treatment

Kind, State = Achievement.Kind, Achievement.State
PAIR = frozenset({Office.CIO, Office.CISO})
LONGEST, LARGEST = 300, Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was reached; a modelled amount names the seat whose leader verifies it."""

    kind: str
    subject_kind: str
    subject_id: int
    amount: Decimal | None = None
    verifier: str = ""


_finders: list[Callable[[], Iterable[Fact]]] = []


def add(find: Callable[[], Iterable[Fact]]) -> None:
    """What tells of facts, once, in ready()."""
    _finders.append(find)


@transaction.atomic
def propose() -> list[Achievement]:
    """Write down every fact that is not known yet. Safe to run twice, and at once."""
    turns.wait_for("achievements")
    known = set(Achievement.objects.values_list("kind", "subject_kind", "subject_id"))
    fresh = []
    for fact in (fact for find in _finders for fact in find()):
        key = (fact.kind, fact.subject_kind, fact.subject_id)
        if key not in known:
            known.add(key)
            fresh.append(Achievement(**dict(zip(("kind", "subject_kind", "subject_id"), key, strict=True)), amount=fact.amount))
            fresh[-1].verifier, fresh[-1].proposed_at = fact.verifier, clock.now()
    for one in fresh:
        one.save()
        audit.record(None, "achievement.proposed", one, {"kind": one.kind, "subject": one.subject_id})
    return fresh


@transaction.atomic
def verify(achievement: Achievement, amount: Decimal | None, *, actor: Any) -> Achievement:
    """The other office's leader says by how much a modelled year costs less. Raises NotTheOtherOffice, AchievementSettled,
    Invalid."""
    achievement = _locked(achievement)
    if achievement.verifier not in grants(actor).seats:
        raise NotTheOtherOffice
    if amount is None or not Decimal(0) < amount <= LARGEST or amount != amount.quantize(Decimal("0.01")):
        told = _("Give an amount above zero, with at most two decimals.")
        raise Invalid(_("This is not complete."), {"amount": [told]})
    achievement.amount, achievement.verified_by, achievement.verified_at = amount, actor, clock.now()
    achievement.version += 1
    achievement.save()
    audit.record(actor, "achievement.verified", achievement, {"amount": str(amount)})
    return achievement


@transaction.atomic
def publish(achievement: Achievement, words: str, *, actor: Any) -> Achievement:
    """Say it to everybody, to the credit of both seats. Raises PermissionDenied for others than the pair, AchievementSettled,
    NotVerified, Invalid."""
    achievement = _checked(achievement, actor)
    if achievement.needs_verification:
        raise NotVerified
    words = words.strip()
    if not 1 <= len(words) <= LONGEST:
        raise Invalid(_("This is not complete."), {"words": [_("Say what was reached, in at most %d characters.") % LONGEST]})
    seats = appointments.filled()
    achievement.cio, achievement.ciso = (seats[seat].person if seat in seats else None for seat in ("CIO", "CISO"))
    return _settle(achievement, State.PUBLISHED, words, actor)


@transaction.atomic
def decline(achievement: Achievement, *, actor: Any) -> Achievement:
    """It is true, and is not for everybody. Raises as `publish`."""
    return _settle(_checked(achievement, actor), State.DECLINED, "", actor)


def _settle(achievement: Achievement, state: str, words: str, actor: Any) -> Achievement:
    achievement.state, achievement.words = state, words
    achievement.settled_by, achievement.settled_at = actor, clock.now()
    achievement.version += 1
    achievement.save()
    audit.record(actor, f"achievement.{state.lower()}", achievement, text=words)
    return achievement


def _checked(achievement: Achievement, actor: Any) -> Achievement:
    if not grants(actor).seats & PAIR:
        raise PermissionDenied
    return _locked(achievement)


def _locked(achievement: Achievement) -> Achievement:
    achievement = Achievement.objects.select_for_update().get(pk=achievement.pk)
    if achievement.state != State.PROPOSED:
        raise AchievementSettled
    return achievement


def goals_met() -> Iterable[Fact]:
    """Goals that both have signed as they stand, and whose measures both reached their target."""
    rows = list(Goal.objects.current().filter(shared_at__isnull=False).prefetch_related("measures", "links").order_by("pk"))
    signed = standings.read({("goal", one.pk): one for one in rows})
    states = goal_page.states([one for one in rows if signed["goal", one.pk].signed_off_at is not None])
    return [Fact(Kind.GOAL_MET, "goal", pk) for pk, state in states.items() if state == goal_standing.MET]


def losses_lowered() -> Iterable[Fact]:
    """Plans that are done, of risks estimated in money. Where a year costs less since, that is what is offered; the leader who does
    not answer for the risk verifies it."""
    done = Treatment.objects.filter(state=Treatment.State.DONE, kind__in=(Treatment.Kind.REDUCE, Treatment.Kind.AVOID))
    rows = list(done.filter(archived_at=None).select_related("risk").order_by("pk"))
    losses = {one.risk_id: one for one in LossResult.objects.filter(stage="CURRENT", risk__in=[row.risk_id for row in rows])}
    return [
        Fact(Kind.LOSS_LOWERED, "treatment", row.pk, _less(losses[row.risk_id], row), _other(row.risk.accountable))
        for row in rows
        if row.risk_id in losses
    ]


def _other(accountable: str) -> str:
    return Office.CIO if accountable == "SECURITY" else Office.CISO


def _less(loss: LossResult, treatment: Treatment) -> Decimal | None:
    """By how much a modelled year became cheaper after the plan was decided; None where nobody can tell."""
    before = loss.previous or {}
    if not before or treatment.decided_at is None or str(before.get("at", "")) < treatment.decided_at.date().isoformat():
        return None
    less = Decimal(str(before["mean"])) - Decimal(str(loss.mean))
    return less.quantize(Decimal("0.01")) if less > 0 else None


for _find in (goals_met, losses_lowered):
    add(_find)
