"""Between us: where the two offices differ, and what they settled lately."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import prefetch_related_objects

from governance.board.scope import Scope
from portal.people import organisations
from risks import differences
from risks.differences import Row
from risks.models import Rating, RatingRound

MOST_ROWS = 5
LATELY_DAYS = 30


@dataclass(frozen=True)
class Settled:
    """A round that both ended: how, and after how many days."""

    round: RatingRound
    days: int
    last: Rating | None


@dataclass(frozen=True)
class Between:
    """The open differences of a scope and the lately settled ones; `median_days` is None where none was settled."""

    different: tuple[Row, ...]
    settled: tuple[Settled, ...]
    median_days: int | None


def read(user, scope: Scope) -> Between:
    """Three queries."""
    rounds = differences.bare_rounds(user).filter(scope.within("risk__unit"))
    open_ones = list(rounds.filter(state=RatingRound.State.DIFFERENT).order_by("revealed_at", "pk")[:MOST_ROWS])
    since = organisations.morning(organisations.today() - timedelta(days=LATELY_DAYS))
    outcomes = (RatingRound.Outcome.AGREED, RatingRound.Outcome.ARBITRATED)
    ended = rounds.filter(state=RatingRound.State.SETTLED, outcome__in=outcomes, settled_at__gte=since, needs_both=True)
    ended_ones = list(ended.order_by("-settled_at")[:50])
    prefetch_related_objects([*open_ones, *ended_ones], differences.RATINGS)
    found = [_settled(one) for one in ended_ones]
    days = [one.days for one in found]
    return Between(tuple(differences.row(one) for one in open_ones), tuple(found[:3]), round(median(days)) if days else None)


def _settled(one: RatingRound) -> Settled:
    rows = list(one.ratings.all())
    return Settled(one, (one.settled_at - one.opened_at).days, rows[-1] if rows else None)
