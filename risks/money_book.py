"""The money page: the position as a curve, what it is made of, how good the estimates are, and what plans would buy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Subquery, Sum, Value
from django.utils.translation import gettext as _

from portal.people import organisations
from portal.people.models import Unit
from portal.people.reach import grants
from portal.told import amount
from portal.web.charts.curve import Drawing, drawings
from risks import (
    actual_losses,
    appetite,
    appetite_in_money,
    bad_year,
    best_set,
    exception_prices,
    loss_card,
    loss_limits,
    loss_words,
    money_rows,
    money_scope,
    portfolio,
    score_against_money,
    sensitivity,
)
from risks.actual_losses import Year
from risks.appetite_in_money import Judged
from risks.bad_year import BadYear
from risks.best_set import Best, Item
from risks.exception_prices import Prices
from risks.loss_limits import Limits
from risks.models import LossResult, PortfolioLoss, Risk, RiskException, Treatment, TreatmentStep
from risks.money_rows import AFTER, NOW, Row
from risks.quantification import AnnualLoss, cells, together
from risks.score_against_money import Apart
from risks.sensitivity import Sensitivity

MOST_ROWS = 15


@dataclass(frozen=True, slots=True)
class Contributor:
    """A risk by what it adds to the average; `share` of the whole."""

    risk: Row
    average: float
    one_in_twenty: float
    share: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of the average that rest on estimates one should look at."""

    old: float
    unbacked: float
    single: float  # on the word of one person


@dataclass(frozen=True, slots=True)
class Plan:
    """What a risk's plan buys in a year, for its cost once."""

    risk: Row
    cost: Decimal
    gain: float
    is_mandatory: bool
    is_in: bool = False

    @property
    def value(self) -> float:
        """Gain a year for each unit of cost."""
        return self.gain / float(self.cost) if self.cost else float("inf")

    @property
    def return_share(self) -> float | None:
        """(before − after − cost)/cost in the first year."""
        return (self.gain - float(self.cost)) / float(self.cost) if self.cost else None

    @property
    def payback_years(self) -> float | None:
        return float(self.cost) / self.gain if self.gain > 0 and self.cost else None


@dataclass(frozen=True)
class Ranking:
    """Plans in the order of what they buy, and which of them make the best set under a budget: mandatory ones first, then those
    that together save most of the average of a year, which adds up plan by plan."""

    plans: tuple[Plan, ...]
    cap: Decimal | None
    spent: Decimal
    joint: float  # how much lower one year in twenty is with all that fit, together
    summed: float  # and the same plan by plan, summed
    best: Best
    wrong: str = ""  # what does not fit in the budget that was told; then there is no cap

    @property
    def left_out(self) -> list[Plan]:
        return [plan for plan in self.plans if not plan.is_in]

    @property
    def missed(self) -> Decimal:
        """What a year could still be saved by all that was left out."""
        return sum((Decimal(plan.gain) for plan in self.left_out if plan.gain > 0), Decimal(0))

    @property
    def short(self) -> Decimal:
        """How much more another set under the budget might save at most; 0 where this one is the best."""
        return self.best.most - self.best.gain

    @property
    def over(self) -> Decimal:
        """By how much what is mandatory passes the budget."""
        return max(Decimal(0), self.spent - self.cap) if self.cap is not None else Decimal(0)

    @property
    def fitting(self) -> int:
        return sum(1 for plan in self.plans if plan.is_in)


@dataclass(frozen=True)
class Book:
    scope: str
    now: AnnualLoss | None = None
    after: AnnualLoss | None = None
    told: loss_words.Told | None = None
    told_after: loss_words.Told | None = None
    risk_count: int = 0
    hidden_count: int = 0
    unestimated: int = 0
    computed_at: Any = None
    sentence: str = ""
    pictures: tuple[Drawing, ...] = ()
    rows: Sequence[tuple[str, list[str]]] = ()
    contributors: tuple[Contributor, ...] = ()
    quality: Quality | None = None
    sensitivity: Sensitivity | None = None
    ranking: Ranking | None = None
    judged: Judged | None = None
    limits: Limits | None = None
    bad_year: BadYear | None = None
    apart: tuple[tuple[Row, Apart, float], ...] = ()  # where score and money disagree, with the average of a year
    prices: Prices | None = None
    years: tuple[Year, ...] = ()
    names: list[str] = field(default_factory=list)

    @property
    def limits_told(self) -> str:
        """How the position stands to what is agreed, in words; "" where nothing is."""
        return self.limits.sentence(self._after) if self.limits else ""

    @property
    def bad_year_told(self) -> str:
        return self.bad_year.sentence(self._after) if self.bad_year else ""

    @property
    def _after(self) -> int | None:
        """The place of the curve after plan, where a plan changes it."""
        return 1 if self.after != self.now else None


def read(user: Any, asked: Mapping[str, str]) -> Book:
    """The page for the reader's part of the organisation. The sums count what they may not open, the rows do not."""
    unit = money_scope.unit_of(user)
    if unit is None:
        return Book(scope=_("what concerns you"))
    sums = {row.stage: row for row in _sums(user, unit)}
    if NOW not in sums:
        return Book(scope=unit.name, unestimated=_open_risks(user, unit).count())
    rows = money_rows.of_unit(user, unit)
    changed = _changed(rows)
    live = exception_prices.live(user, unit, organisations.today())
    worth = sensitivity.worth_reading(rows[NOW])
    priced = {one.risk_id for one in live}
    read = money_rows.whole(
        [
            *(row.result for row in worth),
            *(row.result for pair in changed for row in pair),
            *(row.result for row in rows[NOW] if row.pk in priced),
        ]
    )
    now = portfolio.loss_of(sums[NOW])
    after = portfolio.loss_of(sums[AFTER]) if AFTER in sums else now
    names = [str(NOW.label), str(AFTER.label)]
    years = actual_losses.by_year(user, unit)
    lines = [loss_words.line(now, names[0], "now"), loss_words.line(after, names[1], "after")]
    agreed = appetite.current()
    judged = appetite_in_money.judge(rows[NOW], agreed)
    years_agreed = bad_year.on([now, after], agreed.get((unit.pk if unit.parent_id else None, appetite.ALL)))
    limits = _limits(judged, [now, after], sums[NOW].risk_count)
    marks = [*_marks(years), *(limits.marks if limits else ()), *([years_agreed.mark] if years_agreed else ())]
    return Book(
        scope=unit.name,
        now=now,
        after=after,
        told=loss_words.told(now),
        told_after=loss_words.told(after),
        risk_count=sums[NOW].risk_count,
        hidden_count=sums[NOW].risk_count - len(rows[NOW]),
        unestimated=max((sums[NOW].open_count or 0) - sums[NOW].risk_count, 0),
        computed_at=sums[NOW].computed_at,
        sentence=loss_words.reading(now),
        pictures=drawings(lines, marks),
        rows=[*loss_words.rows(now, after), *(limits.rows if limits else ()), *([years_agreed.row] if years_agreed else ())],
        contributors=_contributors(rows[NOW], now),
        quality=_quality(rows[NOW]),
        sensitivity=sensitivity.read([read[row.result] for row in worth], sums[NOW]),
        ranking=_ranking(user, changed, read, sums[NOW], asked.get("budget", "")),
        judged=judged,
        limits=limits,
        bad_year=years_agreed,
        apart=_apart(rows[NOW]),
        prices=_prices(live, rows, changed, read, sums[NOW]),
        years=years,
        names=names,
    )


def _limits(judged: Judged, curves: Sequence[AnnualLoss], risk_count: int) -> Limits | None:
    return loss_limits.on(curves, judged.appetite, judged.tolerance, judged.average, count=judged.count, of=risk_count)


def _marks(years: Sequence[Year]) -> list[tuple[str, str, float, float]]:
    """The years that are over and cost something, beside the curve."""
    return [(str(one.year), "actual", float(one.amount), one.chance) for one in years if one.chance is not None and one.amount]


def _sums(user: Any, unit: Unit) -> Any:
    """What the risks of a unit come to by stage, with how many are open there as far as they count for `user`. One query."""
    counted = _open_risks(user, unit).order_by().values(one=Value(1)).annotate(count=Count("pk")).values("count")
    return PortfolioLoss.objects.filter(scope=f"unit:{unit.pk}", risk_count__gt=0).annotate(open_count=Subquery(counted))


def _open_risks(user: Any, unit: Unit) -> Any:
    return Risk.objects.filter(Risk.countable(grants(user))).open().current().filter(unit__path__startswith=unit.path)


def _changed(rows: Mapping[str, Sequence[Row]]) -> list[tuple[Row, Row]]:
    """Risks that somebody estimated after plan as well, as they are and as they would be."""
    after = {row.pk: row for row in rows[AFTER]}
    return [(row, after[row.pk]) for row in rows[NOW] if row.pk in after]


def _apart(rows: Sequence[Row]) -> tuple[tuple[Row, Apart, float], ...]:
    known = {row.pk: row for row in rows if row.score is not None}
    measured = [(pk, float(row.score), row.mean) for pk, row in known.items()]
    return tuple((known[one.key], one, known[one.key].mean) for one in score_against_money.apart(measured)[:MOST_ROWS])


def _prices(
    live: Sequence[RiskException],
    rows: Mapping[str, Sequence[Row]],
    changed: Sequence[tuple[Row, Row]],
    read: Mapping[int, LossResult],
    whole: PortfolioLoss,
) -> Prices | None:
    accepted = {one.risk_id for one in live}
    now = {row.pk: read[row.result] for row in rows[NOW] if row.pk in accepted}
    after = {row.pk: read[then.result] for row, then in changed if row.pk in accepted}
    return exception_prices.of_all(live, now, after, whole)


def _contributors(rows: Sequence[Row], now: AnnualLoss) -> tuple[Contributor, ...]:
    return tuple(Contributor(row, row.mean, row.var95, row.mean / now.mean if now.mean else 0.0) for row in rows[:MOST_ROWS])


def _quality(rows: Sequence[Row]) -> Quality | None:
    total = sum(row.mean for row in rows)
    if not total:
        return None
    today = organisations.today()
    old = sum(row.mean for row in rows if loss_card.is_old(row.estimated_on, today))
    unbacked = sum(row.mean for row in rows if not row.source)
    single = sum(row.mean for row in rows if row.is_of_one)
    return Quality(old / total, unbacked / total, single / total)


def _ranking(
    user: Any, changed: Sequence[tuple[Row, Row]], read: Mapping[int, LossResult], whole: PortfolioLoss, budget: str
) -> Ranking | None:
    if not changed:
        return None
    costs = dict(_costs(user, [row.pk for row, _then in changed]))
    plans = [Plan(row, costs.get(row.pk, Decimal(0)), row.mean - then.mean, bool(row.is_safety)) for row, then in changed]
    plans.sort(key=lambda plan: (not plan.is_mandatory, -plan.value, plan.risk.pk))
    cap = amount(budget)
    wrong = _("Give a sum of money, as in 250000.00.") if cap is None and budget.strip() else ""
    best = best_set.choose([Item(plan.risk.pk, plan.cost, plan.gain, plan.is_mandatory) for plan in plans], cap)
    chosen = tuple(replace(plan, is_in=plan.risk.pk in best.chosen) for plan in plans)
    bought = [(read[row.result], read[then.result]) for row, then in changed if row.pk in best.chosen]
    joint, summed = _bought(bought, whole)
    return Ranking(chosen, cap, best.spent, joint, summed, best, wrong)


def _bought(pairs: Sequence[tuple[LossResult, LossResult]], whole: PortfolioLoss) -> tuple[float, float]:
    """How much lower one year in twenty is: with all plans together, and the sum of each risk's own."""
    parts = [portfolio.cells_of(whole), *(portfolio.cells_of(row) for pair in pairs for row in pair)]
    then = together.evaluate(cells.add(parts, [1, *(sign for _pair in pairs for sign in (-1, 1))]))
    return whole.var95 - then.var95, sum(row.var95 - after.var95 for row, after in pairs)


def _costs(user: Any, risk_ids: Sequence[int]) -> Any:
    """What the plans of each risk that are not finished cost, what is spent of it included."""
    open_steps = Q(treatment__state__in=(Treatment.State.PROPOSED, Treatment.State.APPROVED), dropped_at=None)
    rows = TreatmentStep.objects.visible_to(user).filter(open_steps, treatment__risk__in=risk_ids).order_by()
    return rows.values_list("treatment__risk").annotate(cost=Sum("cost"))
