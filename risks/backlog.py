"""How far recompute has come: what waits, since when, and what cannot be scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q

from portal import clock
from risks import formula_in_force, wording
from risks.models import Risk, ScoreState, StaleScore
from risks.stale import MOST_ATTEMPTS

LONGEST_LIST = 50


@dataclass(frozen=True, slots=True)
class Failure:
    """A stale row whose batch failed; `risk` is None where the reader may not open it, `given_up` after the last attempt."""

    risk: Risk | None
    cause: str
    error: str
    attempts: int
    since: datetime
    given_up: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """Open risks, how many of them wait, the age of the oldest wish, and what failed. While a formula version takes effect,
    `formula` is its number and `by_formula` says how many risks are scored by it."""

    at: datetime
    risks: int
    waiting: int
    oldest_at: datetime | None
    checked_at: datetime | None
    failures: Sequence[Failure]
    failed: int
    formula: int | None = None
    by_formula: int = 0

    @property
    def done(self) -> int:
        """Risks whose score is up to date."""
        return max(self.risks - self.waiting, 0)

    @property
    def lag(self) -> timedelta:
        """How long the oldest wish has waited."""
        return self.at - self.oldest_at if self.oldest_at else timedelta()

    @property
    def lag_seconds(self) -> int:
        return int(self.lag.total_seconds())


def read(user: Any) -> Backlog:
    """The backlog as `user` may see it: numbers of all, names of what they may open. Five queries."""
    number = formula_in_force.known().version
    by_formula = Q(cause=wording.cause_of_formula(number))
    found = StaleScore.objects.aggregate(
        waiting=Count("risk", distinct=True), oldest=Min("created_at"), outdated=Count("risk", distinct=True, filter=by_formula)
    )
    rows = StaleScore.objects.filter(attempts__gt=0).order_by("-attempts", "pk")
    shown = list(rows[:LONGEST_LIST])
    seen = Risk.objects.visible_to(user).in_bulk([row.risk_id for row in shown])
    risks = Risk.objects.open().current().count()
    return Backlog(
        at=clock.now(),
        risks=risks,
        waiting=found["waiting"],
        oldest_at=found["oldest"],
        checked_at=ScoreState.objects.aggregate(newest=Max("checked_at"))["newest"],
        failures=[
            Failure(seen.get(row.risk_id), row.cause, row.error, row.attempts, row.created_at, row.attempts >= MOST_ATTEMPTS)
            for row in shown
        ],
        failed=rows.count() if len(shown) == LONGEST_LIST else len(shown),
        formula=number if found["outdated"] else None,
        by_formula=max(risks - found["outdated"], 0),
    )
