"""Between us: where the two offices differ, and what they settled lately."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import prefetch_related_objects

from governance.board.scope import Scope
from portal import at_once
from portal.people import organisations
from risks import differences
from risks.differences import Row
from risks.models import Rating, RatingRound

MOST_ROWS = 5
LATELY_DAYS = 30
MOST_ENDED = 50


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


@dataclass(frozen=True)
class Rounds:
    """What Today tells of ratings: those that wait for the reader, the open differences, and what was settled lately."""

    waiting: list[RatingRound]
    different: list[RatingRound]
    ended: list[RatingRound]


NO_ROUNDS = Rounds([], [], [])


def rounds(user, scope: Scope, most_waiting: int) -> Rounds:
    """All of them with their ratings, in two queries."""
    seen = differences.bare_rounds(user)
    here = seen.filter(scope.within("risk__unit"))
    since = organisations.morning(organisations.today() - timedelta(days=LATELY_DAYS))
    outcomes = (RatingRound.Outcome.AGREED, RatingRound.Outcome.ARBITRATED)
    ended = here.filter(state=RatingRound.State.SETTLED, outcome__in=outcomes, settled_at__gte=since, needs_both=True)
    found = at_once.lists(
        {
            "waiting": differences.asked_of(seen, user).order_by("pk")[:most_waiting],
            "different": here.filter(state=RatingRound.State.DIFFERENT).order_by("revealed_at", "pk")[:MOST_ROWS],
            "ended": ended.order_by("-settled_at")[:MOST_ENDED],
        }
    )
    prefetch_related_objects([one for rows in found.values() for one in rows], differences.RATINGS)
    return Rounds(
        sorted(found["waiting"], key=lambda one: one.pk),
        sorted(found["different"], key=lambda one: (one.revealed_at, one.pk)),
        sorted(found["ended"], key=lambda one: one.settled_at, reverse=True),
    )


def of(known: Rounds) -> Between:
    """The tile."""
    found = [_settled(one) for one in known.ended]
    days = [one.days for one in found]
    return Between(tuple(differences.row(one) for one in known.different), tuple(found[:3]), round(median(days)) if days else None)


def _settled(one: RatingRound) -> Settled:
    rows = list(one.ratings.all())
    return Settled(one, (one.settled_at - one.opened_at).days, rows[-1] if rows else None)
