"""Which risks cost more in a year than was agreed: the verdict on the average of each, by the appetite that holds where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from risks import appetite
from risks.appetite import ABOVE_TOLERANCE, WITHIN_TOLERANCE
from risks.models import Appetite, Levels, LossResult, Risk
from risks.money_rows import Row


@dataclass(frozen=True, slots=True)
class Above:
    """A risk of which the average of a year lies above appetite, and maybe above `tolerance` [organisation currency a year]."""

    risk: Row
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
    mean = LossResult.objects.filter(risk=risk, stage=Levels.Stage.CURRENT).values_list("mean", flat=True).first()
    agreed = None if mean is None else _sums(appetite.of_category(risk.category, risk.unit.lineage))
    return agreed is not None and mean > agreed[1]


def judge(rows: Sequence[Row], agreed: Mapping[tuple[int | None, str], Appetite]) -> Judged:
    """Each of `rows` against what of `agreed` (as appetite.current has it) holds for its kind and place."""
    held: dict[tuple[str, str], tuple[Decimal, Decimal] | None] = {}  # by kind and place, of which there are few
    count, above = 0, []
    appetites, tolerances, average = Decimal(0), Decimal(0), 0.0
    for row in rows:
        at = (row.category, row.path)
        if at not in held:
            held[at] = _sums(appetite.nearest(agreed, row.category, row.lineage))
        if (sums := held[at]) is None:
            continue
        count, average = count + 1, average + row.mean
        appetites, tolerances = appetites + sums[0], tolerances + sums[1]
        if row.mean > sums[0]:
            above.append(Above(row, row.mean, *sums))
    above.sort(key=lambda one: (not one.is_breach, float(one.tolerance) - one.average, one.risk.pk))
    return Judged(count, tuple(above), appetites, tolerances, average)


def _sums(bounds: Appetite | None) -> tuple[Decimal, Decimal] | None:
    """The two sums of what holds, None where none were said."""
    if bounds is None or bounds.appetite_amount is None or bounds.tolerance_amount is None:
        return None
    return bounds.appetite_amount, bounds.tolerance_amount
