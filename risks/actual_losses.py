"""What incidents did cost, year by year, and where such a year stands beside the computed curve."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.people import organisations
from portal.people.models import Unit
from risks.models import Incident
from risks.response import incident_book


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year of the organisation; `chance` is its place among the years that are over, None for the one that runs."""

    year: int
    amount: Decimal
    incidents: int
    chance: float | None = None


def by_year(user: Any, unit: Unit) -> tuple[Year, ...]:
    """Every year from the first incident on, newest first, of the incidents in `unit` and below that `user` may open. One query.

    Of n years that are over the worst stands at a chance of 1/(n+1), the next at 2/(n+1), and so on (Weibull's plotting position).
    """
    rows = incident_book.with_totals(Incident.objects.visible_to(user).current().filter(unit__path__startswith=unit.path))
    sums: dict[int, list[Decimal]] = defaultdict(list)
    for occurred_at, noticed_at, amount in rows.values_list("occurred_at", "noticed_at", "total_loss"):
        sums[organisations.day_of(occurred_at or noticed_at).year].append(amount or Decimal(0))
    if not sums:
        return ()
    running = organisations.today().year
    years = [Year(year, sum(sums.get(year, ()), Decimal(0)), len(sums.get(year, ()))) for year in range(min(sums), running + 1)]
    chances = placed([one.amount for one in years if one.year < running])
    found = [Year(one.year, one.amount, one.incidents, chance) for one, chance in zip(years, [*chances, None], strict=True)]
    return tuple(reversed(found))


def placed(amounts: Sequence[Decimal]) -> list[float]:
    """The chance beside each of `amounts`: how many of n years cost as much or more, out of n + 1."""
    return [sum(1 for other in amounts if other >= amount) / (len(amounts) + 1) for amount in amounts]
