"""The money page: the position as a curve, what it is made of, how good the estimates are, and what plans would buy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from portal.people import organisations
from portal.people.models import Unit
from portal.people.reach import grants
from portal.told import amount
from portal.web.charts.curve import Drawing, drawings
from risks import (
    actual_losses,
    appetite_in_money,
    best_set,
    exception_prices,
    loss_card,
    loss_limits,
    loss_words,
    money_scope,
    portfolio,
    score_against_money,
    sensitivity,
)
from risks.actual_losses import Year
from risks.appetite_in_money import Judged
from risks.best_set import Best, Item
from risks.exception_prices import Prices
from risks.loss_limits import Limits
from risks.models import Levels, LossResult, LossScenario, PortfolioLoss, Risk, Treatment, TreatmentStep
from risks.quantification import AnnualLoss, cells, together
from risks.score_against_money import Apart
from risks.sensitivity import Sensitivity

NOW, AFTER = Levels.Stage.CURRENT, Levels.Stage.RESIDUAL
MOST_ROWS = 15
COLUMNS = (
    *("stage", "mean", "var95", "factors", "cells"),
    *("risk__number", "risk__title", "risk__category", "risk__unit__name", "risk__unit__path"),
    *("risk__score_state__current_value", "risk__score_state__is_safety", "scenario__estimated_by_id"),
    *(f"scenario__{name}" for name in ("risk_id", "stage", "estimated_on", "source", "losses", "often", "secondary_share")),
    *(f"scenario__{name}" for name in ("low_per_year", "mode_per_year", "high_per_year", "vulnerability_share")),
)


@dataclass(frozen=True, slots=True)
class Contributor:
    """A risk by what it adds to the average; `share` of the whole."""

    risk: Risk
    average: float
    one_in_twenty: float
    share: float
    scenario: LossScenario
    estimator: str | None


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of the average that rest on estimates one should look at."""

    old: float
    unbacked: float
    single: float  # on the word of one person


@dataclass(frozen=True, slots=True)
class Plan:
    """What a risk's plan buys in a year, for its cost once."""

    risk: Risk
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
    apart: tuple[tuple[Risk, Apart, float], ...] = ()  # where score and money disagree, with the average of a year
    prices: Prices | None = None
    years: tuple[Year, ...] = ()
    names: list[str] = field(default_factory=list)

    @property
    def limits_told(self) -> str:
        """How the position stands to what is agreed, in words; "" where nothing is."""
        return self.limits.sentence(1 if self.after != self.now else None) if self.limits else ""


def read(user: Any, asked: Mapping[str, str]) -> Book:
    """The page for the reader's part of the organisation. The sums count what they may not open, the rows do not."""
    unit = money_scope.unit_of(user)
    if unit is None:
        return Book(scope=_("what concerns you"))
    sums = {row.stage: row for row in PortfolioLoss.objects.filter(scope=f"unit:{unit.pk}", risk_count__gt=0)}
    results = _results(user, unit)
    by_stage = {stage: [one for one in results if one.stage == stage] for stage in (NOW, AFTER)}
    open_risks = Risk.objects.filter(Risk.countable(grants(user))).open().current().filter(unit__path__startswith=unit.path).count()
    if NOW not in sums:
        return Book(scope=unit.name, unestimated=open_risks)
    now = portfolio.loss_of(sums[NOW])
    after = portfolio.loss_of(sums[AFTER]) if AFTER in sums else now
    names = [str(NOW.label), str(AFTER.label)]
    years = actual_losses.by_year(user, unit)
    lines = [loss_words.line(now, names[0], "now"), loss_words.line(after, names[1], "after")]
    judged = appetite_in_money.judge(by_stage[NOW])
    limits = _limits(judged, [now, after], sums[NOW].risk_count)
    return Book(
        scope=unit.name,
        now=now,
        after=after,
        told=loss_words.told(now),
        told_after=loss_words.told(after),
        risk_count=sums[NOW].risk_count,
        hidden_count=sums[NOW].risk_count - len(by_stage[NOW]),
        unestimated=max(open_risks - sums[NOW].risk_count, 0),
        computed_at=sums[NOW].computed_at,
        sentence=loss_words.reading(now),
        pictures=drawings(lines, [*_marks(years), *(limits.marks if limits else ())]),
        rows=[*loss_words.rows(now, after), *(limits.rows if limits else ())],
        contributors=_contributors(by_stage[NOW], now),
        quality=_quality(by_stage[NOW]),
        sensitivity=sensitivity.read(by_stage[NOW], sums[NOW]),
        ranking=_ranking(user, by_stage, sums, asked.get("budget", "")),
        judged=judged,
        limits=limits,
        apart=_apart(by_stage[NOW]),
        prices=_prices(user, unit, by_stage, sums[NOW]),
        years=years,
        names=names,
    )


def _limits(judged: Judged, curves: Sequence[AnnualLoss], risk_count: int) -> Limits | None:
    return loss_limits.on(curves, judged.appetite, judged.tolerance, judged.average, count=judged.count, of=risk_count)


def _marks(years: Sequence[Year]) -> list[tuple[str, str, float, float]]:
    """The years that are over and cost something, beside the curve."""
    return [(str(one.year), "actual", float(one.amount), one.chance) for one in years if one.chance is not None and one.amount]


def _apart(rows: Sequence[LossResult]) -> tuple[tuple[Risk, Apart, float], ...]:
    known = {row.risk_id: row for row in rows if row.risk.score_state.current_value is not None}
    measured = [(pk, float(row.risk.score_state.current_value), row.mean) for pk, row in known.items()]
    return tuple((known[one.key].risk, one, known[one.key].mean) for one in score_against_money.apart(measured)[:MOST_ROWS])


def _prices(user: Any, unit: Unit, rows: Mapping[str, Sequence[LossResult]], whole: PortfolioLoss) -> Prices | None:
    now = {row.risk_id: row for row in rows[NOW]}
    after = {row.risk_id: row for row in rows[AFTER] if row.scenario.stage == AFTER}
    return exception_prices.of_all(user, unit, organisations.today(), now, after, whole)


def _results(user: Any, unit: Unit) -> list[LossResult]:
    """Those of now, and those of after plan that somebody estimated; of thousands of rows only the columns that the page reads."""
    kept = Q(stage=NOW) | Q(stage=AFTER, scenario__stage=AFTER)
    rows = LossResult.objects.visible_to(user).filter(kept, risk__unit__path__startswith=unit.path)
    named = rows.select_related("scenario", "risk__unit", "risk__score_state").annotate(estimator=F("scenario__estimated_by__name"))
    return list(named.only(*COLUMNS).order_by("-mean", "pk"))


def _contributors(rows: Sequence[LossResult], now: AnnualLoss) -> tuple[Contributor, ...]:
    return tuple(
        Contributor(row.risk, row.mean, row.var95, row.mean / now.mean if now.mean else 0.0, row.scenario, row.estimator)
        for row in rows[:MOST_ROWS]
    )


def _quality(rows: Sequence[LossResult]) -> Quality | None:
    total = sum(row.mean for row in rows)
    if not total:
        return None
    today = organisations.today()
    old = sum(row.mean for row in rows if loss_card.is_old(row.scenario, today))
    unbacked = sum(row.mean for row in rows if not row.scenario.source)
    single = sum(row.mean for row in rows if len(_estimators(row.scenario)) < 2)
    return Quality(old / total, unbacked / total, single / total)


def _estimators(scenario: LossScenario) -> set[int]:
    """Everybody whose number stands in an estimate."""
    told = {part["by"] for part in scenario.losses if part.get("by")}
    return told | ({scenario.estimated_by_id} if scenario.estimated_by_id else set())


def _ranking(user: Any, rows: Mapping[str, Sequence[LossResult]], sums: Mapping[str, PortfolioLoss], budget: str) -> Ranking | None:
    after = {row.risk_id: row for row in rows[AFTER] if row.scenario.stage == AFTER}
    changed = [(row, after[row.risk_id]) for row in rows[NOW] if row.risk_id in after]
    if not changed:
        return None
    costs = dict(_costs(user, [row.risk_id for row, _then in changed]))
    plans = [
        Plan(row.risk, costs.get(row.risk_id, Decimal(0)), row.mean - then.mean, bool(row.risk.score_state.is_safety))
        for row, then in changed
    ]
    plans.sort(key=lambda plan: (not plan.is_mandatory, -plan.value, plan.risk.pk))
    cap = amount(budget)
    best = best_set.choose([Item(plan.risk.pk, plan.cost, plan.gain, plan.is_mandatory) for plan in plans], cap)
    chosen = tuple(replace(plan, is_in=plan.risk.pk in best.chosen) for plan in plans)
    joint, summed = _bought([pair for pair in changed if pair[0].risk_id in best.chosen], sums[NOW])
    return Ranking(chosen, cap, best.spent, joint, summed, best)


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
