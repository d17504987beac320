"""What permissions cost: the loss to expect while one lasts, and the loss of a year that all live ones leave together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from portal.people.models import Unit
from portal.record import audit
from portal.signing import signatures
from risks import authority, portfolio
from risks.models import Levels, LossResult, PortfolioLoss, Risk, RiskException
from risks.quantification import cells, together

DAYS_OF_A_YEAR = 365
SHOWN = 5  # on Today
PRICED = "exception.priced"


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


@dataclass(frozen=True, slots=True)
class Live:
    """What is in force today, the dearest first; `average` is what all of it leaves in a year, None for whoever reads no losses."""

    rows: tuple[Priced, ...]
    average: float | None
    unit: int | None  # the part of the organisation it was asked for

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def unpriced(self) -> int:
        return sum(1 for row in self.rows if row.average is None)

    @property
    def rows_url(self) -> str:
        """The address of the rows it counts."""
        return f"{reverse('workbench:list-exception')}?view=live{'' if self.unit is None else f'&unit={self.unit}'}"

    @property
    def dearest(self) -> tuple[Priced, ...]:
        return self.rows[:SHOWN]


def of_one(risk: Risk, starts_on: date, ends_on: date | None) -> Decimal | None:
    """The loss to expect meanwhile: the long-run average of a year, for these days; None where nobody has estimated it."""
    mean = LossResult.objects.filter(risk=risk, stage=Levels.Stage.CURRENT).values_list("mean", flat=True).first()
    return _for_days(mean, starts_on, ends_on)


def renew_waiting() -> int:
    """Price what all have not signed yet by what the loss engine knows today, and ask whom the table of authority names for that;
    where an office has answered, those who were asked stay. Returns how many prices differ. Safe to run twice, and at once."""
    mean = LossResult.objects.filter(risk=OuterRef("risk"), stage=Levels.Stage.CURRENT).values("mean")[:1]
    rows = RiskException.objects.unsigned().annotate(mean=Subquery(mean)).order_by("pk")
    told = list(rows.values_list("pk", "price", "mean", "starts_on", "ends_on"))
    return sum(_renew(pk) for pk, price, of_year, first, last in told if _for_days(of_year, first, last) != price)


@transaction.atomic
def _renew(pk: int) -> bool:
    rows = RiskException.objects.unsigned().select_for_update(of=("self",), skip_locked=True)
    exception = rows.select_related("risk__unit", "risk__it_owner", "risk__security_owner").filter(pk=pk).first()
    if exception is None:  # somebody signs, changes or closes it right now
        return False
    before, exception.price = exception.price, of_one(exception.risk, exception.starts_on, exception.ends_on)
    exception.version += 1
    exception.save(update_fields=["price", "version"])
    audit.record(None, PRICED, exception, {"price": [None if one is None else str(one) for one in (before, exception.price)]})
    if not any(slot.signature or slot.refusal for slot in signatures.standing(exception).slots):
        signatures.ask(exception, authority.needed(exception), actor=None)
    return True


def _for_days(mean: float | None, starts_on: date, ends_on: date | None) -> Decimal | None:
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
    """Of `exceptions`, by the losses of their risks as they are and where somebody estimated that after plan; None without any."""
    if not exceptions:
        return None
    rows, left = _shared(exceptions, now, after)
    average = sum(_difference(left[pk]) for pk in sorted(left))
    return Prices(rows, average, _one_in_twenty([left[pk] for pk in sorted(left)], whole))


def live_priced(user: Any, today: date, unit: int | None = None) -> Live:
    """What is in force today of all that `user` may open, or of one unit with everything below it, priced for whoever reads losses.
    Two queries at most."""
    rows = RiskException.objects.visible_to(user).in_force(today).select_related("risk", "owner").order_by("pk")
    exceptions = list(rows if unit is None else rows.filter(Unit.objects.below([unit], "risk__unit")))
    if not exceptions or not user.has_perm("risks.view_loss"):
        return Live(tuple(Priced(one, None) for one in exceptions), None, unit)
    kept = Q(stage=Levels.Stage.CURRENT) | Q(stage=Levels.Stage.RESIDUAL, scenario__stage=Levels.Stage.RESIDUAL)
    found = LossResult.objects.visible_to(user).filter(kept, risk__in={one.risk_id for one in exceptions})
    now, after = {}, {}
    for row in found.only("risk_id", "stage", "mean"):
        (now if row.stage == Levels.Stage.CURRENT else after)[row.risk_id] = row
    priced, left = _shared(exceptions, now, after)
    return Live(priced, sum(_difference(left[pk]) for pk in sorted(left)), unit)


def _shared(
    exceptions: Sequence[RiskException], now: Mapping[int, LossResult], after: Mapping[int, LossResult]
) -> tuple[tuple[Priced, ...], dict[int, tuple[LossResult, LossResult | None]]]:
    """Each with its share, the dearest first; and by risk the loss with it and without.

    Without its exception a risk would be where its plan leads; where nobody estimated that, an acceptance stands for the whole
    loss, and another permission has no price yet. Exceptions that rest on one risk leave it in equal shares.
    """
    accepted = {one.risk_id for one in exceptions if one.kind == RiskException.Kind.RISK_ACCEPTANCE}
    left: dict[int, tuple[LossResult, LossResult | None]] = {}
    for pk in {one.risk_id for one in exceptions} & now.keys():
        if pk in after or pk in accepted:
            left[pk] = (now[pk], after.get(pk))
    many = Counter(one.risk_id for one in exceptions)
    rows = [Priced(one, _difference(left[one.risk_id]) / many[one.risk_id] if one.risk_id in left else None) for one in exceptions]
    rows.sort(key=lambda row: (row.average is None, -(row.average or 0.0), row.exception.pk))
    return tuple(rows), left


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
