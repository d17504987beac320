"""The annual loss of one risk as its page shows it: now, after plan and before controls, in words and as a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portal.web.charts.curve import Drawing, drawings
from risks import appetite, loss_limits, loss_parts, loss_words, portfolio
from risks.loss_limits import Limits
from risks.loss_words import Told
from risks.models import Appetite, Levels, LossResult, LossScenario
from risks.quantification import AnnualLoss, LossModel, attribution

STAGES = (Levels.Stage.CURRENT, Levels.Stage.RESIDUAL, Levels.Stage.INHERENT)
KINDS = {Levels.Stage.CURRENT: "now", Levels.Stage.RESIDUAL: "after", Levels.Stage.INHERENT: "inherent"}
OLD_AFTER_DAYS = 365


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the card; `scenario` None where it is that of now, taken over."""

    stage: str
    label: str
    loss: AnnualLoss
    told: Told
    scenario: LossScenario | None


@dataclass(frozen=True, slots=True)
class Moved:
    """Why the average moved: each factor's part, adding up to the change."""

    since: str
    before: float
    after: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Card:
    """What is known in money of one risk; no stages where nobody estimated it."""

    stages: tuple[Stage, ...] = ()
    pictures: tuple[Drawing, ...] = ()
    rows: tuple[tuple[str, list[str]], ...] = ()
    sentence: str = ""
    agreed: str = ""  # how it stands to what was agreed in money
    sanity: str = ""
    moved: Moved | None = None

    @property
    def now(self) -> Stage | None:
        return next((one for one in self.stages if one.stage == Levels.Stage.CURRENT), None)


def panel(ids: Sequence[int], user: Any) -> Mapping[int, Card]:
    """By risk its card, for those who read losses. One query."""
    if not user.has_perm("risks.view_loss"):
        return {}
    found: dict[int, dict[str, LossResult]] = {pk: {} for pk in ids}
    results = LossResult.objects.visible_to(user).filter(risk__in=ids)
    for row in results.select_related("scenario__estimated_by", "risk__unit").defer("cells"):
        found[row.risk_id][row.stage] = row
    return {pk: _card(rows) for pk, rows in found.items()}


def of_models(models: Mapping[str, LossModel], losses: Mapping[str, AnnualLoss]) -> Card:
    """A card of estimates that nobody stored, by stage: what a form shows while it is filled in."""
    stages = [_stage(stage, losses[stage], None) for stage in STAGES if stage in losses]
    return _drawn(stages, loss_words.sanity(next(iter(models.values()))), None)


def is_old(estimated_on: date, today: date) -> bool:
    return (today - estimated_on).days > OLD_AFTER_DAYS


def _card(results: Mapping[str, LossResult]) -> Card:
    stages = []
    for stage in STAGES:
        row = results.get(stage)
        if row is not None:
            stages.append(_stage(stage, portfolio.loss_of(row), row.scenario if row.scenario.stage == stage else None))
    first = next((results[stage] for stage in STAGES if stage in results), None)
    if first is None:
        return Card()
    bounds = appetite.known(first.risk.category, first.risk.unit.lineage)
    return _drawn(stages, loss_words.sanity(loss_parts.of_scenario(first.scenario)), _moved(first), bounds)


def _stage(stage: str, loss: AnnualLoss, scenario: LossScenario | None) -> Stage:
    return Stage(stage, str(Levels.Stage(stage).label), loss, loss_words.told(loss), scenario)


def _drawn(stages: Sequence[Stage], sanity: str, moved: Moved | None, bounds: Appetite | None = None) -> Card:
    drawn = [one for one in stages if one.scenario is not None or one is stages[0]]
    lines = [loss_words.line(one.loss, one.label, KINDS[Levels.Stage(one.stage)]) for one in drawn]
    limits = _limits(stages, bounds)
    after = next((place for place, one in enumerate(stages) if one.stage == Levels.Stage.RESIDUAL and one.scenario), None)
    return Card(
        tuple(stages),
        drawings(lines, limits.marks if limits else ()),
        (*loss_words.rows(*(one.loss for one in stages)), *(limits.rows if limits else ())),
        loss_words.reading(stages[0].loss),
        limits.sentence(after) if limits else "",
        sanity,
        moved,
    )


def _limits(stages: Sequence[Stage], bounds: Appetite | None) -> Limits | None:
    """What is agreed for the average of a risk, beside its curve as it is now."""
    if bounds is None or stages[0].stage != Levels.Stage.CURRENT:
        return None
    losses = [one.loss for one in stages]
    return loss_limits.on(losses, bounds.appetite_amount, bounds.tolerance_amount, losses[0].mean)


def parts_of_change(row: LossResult) -> dict[str, float] | None:
    """What each factor ("events", "share", "magnitude") did to the average when it last moved; None where it never did."""
    if not row.previous or row.previous["mean"] == row.mean:
        return None
    return attribution.of_mean(row.previous["factors"], row.factors)


def _moved(row: LossResult) -> Moved | None:
    found = parts_of_change(row)
    if found is None:
        return None
    names = {"events": _("how often"), "share": _("the share that succeeds"), "magnitude": _("what an event costs")}
    parts = tuple((names[name], amount) for name, amount in found.items() if abs(amount) > 0.005)
    return Moved(row.previous["at"][:10], row.previous["mean"], row.mean, parts)
