"""How far controls answer a requirement today: what each brings, what all bring together, and when that changes. (calculation)"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from risks import control_effect

EQUAL, SUPERSET, SUBSET, INTERSECTS = "EQUAL", "SUPERSET", "SUBSET", "INTERSECTS"
# How much of a requirement a control can answer at most, by how the two relate: a control that does the same or more answers all
# of it, one that does a part or only overlaps answers half.
REACH = {EQUAL: Decimal(1), SUPERSET: Decimal(1), SUBSET: Decimal("0.5"), INTERSECTS: Decimal("0.5")}
COVERED, PARTLY, OPEN = "COVERED", "PARTLY", "OPEN"
COVERED_FROM = Decimal("0.75")
PROVEN, STALE, NEVER, NOT_IN_FORCE = "PROVEN", "STALE", "NEVER", "NOT_IN_FORCE"
PLACES = Decimal("0.0001")
ONE, ZERO = Decimal(1), Decimal(0)


@dataclass(frozen=True, slots=True)
class Answer:
    """One control that answers a requirement: how, what share [0–1] of its design works in operation, and through which day its
    evidence holds (None: it never had any)."""

    control_id: int
    relationship: str
    in_force: bool
    operating_share: Decimal
    evidence_until: date | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """What one control brings [share 0–1], and why it is not more."""

    control_id: int
    reach: Decimal
    operating: Decimal
    proof: str  # PROVEN, STALE (its evidence ran out), NEVER, NOT_IN_FORCE

    @property
    def brings(self) -> Decimal:
        return self.reach * self.operating


@dataclass(frozen=True, slots=True)
class Covered:
    """All terms of one requirement and what they bring together; `next_change_on` is the day on which time alone lowers it."""

    share: Decimal = ZERO
    terms: tuple[Term, ...] = ()
    next_change_on: date | None = None

    @property
    def word(self) -> str:
        return word(self.share)

    @property
    def unproven(self) -> int:
        return sum(term.proof in (STALE, NEVER) for term in self.terms)


def word(share: Decimal) -> str:
    return COVERED if share >= COVERED_FROM else PARTLY if share > 0 else OPEN


def of(answers: Iterable[Answer], today: date, unproven_share: Decimal) -> Covered:
    """Each control takes its share of what the others left open; without valid evidence only `unproven_share` of its operation
    counts, by the same rule as in scores."""
    terms = tuple(sorted((_term(one, today, unproven_share) for one in answers), key=lambda term: (-term.brings, term.control_id)))
    left = ONE
    for term in terms:
        left *= ONE - term.brings
    return Covered((ONE - left).quantize(PLACES, ROUND_HALF_EVEN), terms, _next_change(answers, today))


def average(shares: Sequence[Decimal], count: int) -> Decimal:
    """The mean coverage of `count` requirements of which only `shares` are above nothing."""
    return (sum(shares, ZERO) / count).quantize(PLACES, ROUND_HALF_EVEN) if count else ZERO


def _term(one: Answer, today: date, unproven_share: Decimal) -> Term:
    reach = REACH[one.relationship]
    if not one.in_force:
        return Term(one.control_id, reach, ZERO, NOT_IN_FORCE)
    operating = control_effect.operating_today(one.operating_share, one.evidence_until, today, unproven_share)
    if control_effect.is_proven(one.evidence_until, today):
        return Term(one.control_id, reach, operating, PROVEN)
    return Term(one.control_id, reach, operating, NEVER if one.evidence_until is None else STALE)


def _next_change(answers: Iterable[Answer], today: date) -> date | None:
    """The first day after the last good day of evidence that still holds."""
    until = [one.evidence_until for one in answers if one.in_force and control_effect.is_proven(one.evidence_until, today)]
    return min(until, default=None)
