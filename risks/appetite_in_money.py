"""Which risks cost more in a year than was agreed: the verdict on the average of each, by the appetite that holds where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from risks import appetite
from risks.appetite import ABOVE_TOLERANCE, WITHIN_TOLERANCE
from risks.models import Levels, LossResult, Risk


@dataclass(frozen=True, slots=True)
class Above:
    """A risk of which the average of a year lies above appetite, and maybe above `tolerance` [organisation currency a year]."""

    risk: Risk
    average: float
    appetite: Decimal
    tolerance: Decimal

    @property
    def state(self) -> str:
        return ABOVE_TOLERANCE if self.average > self.tolerance else WITHIN_TOLERANCE

    @property
    def is_breach(self) -> bool:
        return self.state == ABOVE_TOLERANCE


@dataclass(frozen=True, slots=True)
class Judged:
    """`count` of the risks have an estimate and an agreed sum; `above` those beyond it, worst first. Averages add up, so what all
    of them cost together, `average` a year, may be held against the sums of what is agreed for each."""

    count: int
    above: tuple[Above, ...]
    appetite: Decimal = Decimal(0)
    tolerance: Decimal = Decimal(0)
    average: float = 0.0

    @property
    def breaches(self) -> int:
        return sum(1 for one in self.above if one.is_breach)


def is_breach(risk: Risk) -> bool:
    """Whether the average of its year as things are now lies above tolerance; not where nothing was estimated or agreed."""
    rows = LossResult.objects.filter(risk=risk, stage=Levels.Stage.CURRENT).select_related("risk__unit")
    return judge(list(rows)).breaches > 0


def judge(rows: Sequence[LossResult]) -> Judged:
    """Each of `rows`, with its risk and unit, against what is agreed for its kind and place. One query."""
    agreed: Mapping = appetite.current()
    count, above = 0, []
    appetites, tolerances, average = Decimal(0), Decimal(0), 0.0
    for row in rows:
        bounds = appetite.nearest(agreed, row.risk.category, row.risk.unit.lineage)
        if bounds is None or bounds.appetite_amount is None or bounds.tolerance_amount is None:
            continue
        count += 1
        appetites, tolerances, average = (
            appetites + bounds.appetite_amount,
            tolerances + bounds.tolerance_amount,
            average + row.mean,
        )
        if row.mean > bounds.appetite_amount:
            above.append(Above(row.risk, row.mean, bounds.appetite_amount, bounds.tolerance_amount))
    above.sort(key=lambda one: (not one.is_breach, float(one.tolerance) - one.average, one.risk.pk))
    return Judged(count, tuple(above), appetites, tolerances, average)
