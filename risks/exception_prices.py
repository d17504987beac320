"""What permissions cost: the loss to expect while one lasts, and the loss of a year that all live ones leave together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from portal.people.models import Unit
from risks import portfolio
from risks.models import Levels, LossResult, PortfolioLoss, Risk, RiskException
from risks.quantification import cells, together

DAYS_OF_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Priced:
    """`average` a year is the share of one exception in what all leave; None where no estimate says it."""

    exception: RiskException
    average: float | None


@dataclass(frozen=True, slots=True)
class Prices:
    """The loss of a year with all live exceptions minus without them: its average, which is the sum of the shares, and how much
    higher one year in twenty is, which is no sum. Both are part of the position and not on top of it."""

    rows: tuple[Priced, ...]
    average: float
    one_in_twenty: float

    @property
    def unpriced(self) -> int:
        return sum(1 for row in self.rows if row.average is None)


def of_one(risk: Risk, starts_on: date, ends_on: date | None) -> Decimal | None:
    """The loss to expect meanwhile: the long-run average of a year, for these days; None where nobody has estimated it."""
    mean = LossResult.objects.filter(risk=risk, stage=Levels.Stage.CURRENT).values_list("mean", flat=True).first()
    if mean is None or ends_on is None or ends_on < starts_on:
        return None
    days = (ends_on - starts_on).days + 1
    return (Decimal(str(mean)) * days / DAYS_OF_A_YEAR).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def live(user: Any, unit: Unit, today: date) -> list[RiskException]:
    """Those in force in `unit` and below that `user` may open. One query."""
    rows = RiskException.objects.visible_to(user).in_force(today).filter(risk__unit__path__startswith=unit.path)
    return list(rows.select_related("risk").order_by("pk"))


def of_all(
    exceptions: Sequence[RiskException], now: Mapping[int, LossResult], after: Mapping[int, LossResult], whole: PortfolioLoss
) -> Prices | None:
    """Of `exceptions`, by the losses of their risks as they are and where somebody estimated that after plan; None without any.

    Without its exception a risk would be where its plan leads; where nobody estimated that, an acceptance stands for the whole
    loss, and another permission has no price yet. Exceptions that rest on one risk leave it in equal shares.
    """
    if not exceptions:
        return None
    accepted = {one.risk_id for one in exceptions if one.kind == RiskException.Kind.RISK_ACCEPTANCE}
    left: dict[int, tuple[LossResult, LossResult | None]] = {}
    for pk in {one.risk_id for one in exceptions} & now.keys():
        if pk in after or pk in accepted:
            left[pk] = (now[pk], after.get(pk))
    many = Counter(one.risk_id for one in exceptions)
    rows = [Priced(one, _difference(left[one.risk_id]) / many[one.risk_id] if one.risk_id in left else None) for one in exceptions]
    rows.sort(key=lambda row: (row.average is None, -(row.average or 0.0), row.exception.pk))
    average = sum(_difference(left[pk]) for pk in sorted(left))
    return Prices(tuple(rows), average, _one_in_twenty([left[pk] for pk in sorted(left)], whole))


def _difference(pair: tuple[LossResult, LossResult | None]) -> float:
    with_it, without = pair
    return with_it.mean - (without.mean if without is not None else 0.0)


def _one_in_twenty(pairs: Sequence[tuple[LossResult, LossResult | None]], whole: PortfolioLoss) -> float:
    parts, signs = [portfolio.cells_of(whole)], [1]
    for with_it, without in pairs:
        parts, signs = [*parts, portfolio.cells_of(with_it)], [*signs, -1]
        if without is not None:
            parts, signs = [*parts, portfolio.cells_of(without)], [*signs, 1]
    return whole.var95 - together.evaluate(cells.add(parts, signs)).var95
