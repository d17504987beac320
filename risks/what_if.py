"""What the position would be if some risks struck less often or cost less; nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from portal.people.reach import EVERY_ROW, grants
from risks import loss_parts, money_scope, portfolio
from risks.models import LossResult, Risk
from risks.quantification import AnnualLoss, LossModel, cells, together


@dataclass(frozen=True, slots=True)
class Change:
    """A risk of which the events and what one costs are these shares of what they are."""

    risk_id: int
    frequency_factor: float = 1.0
    magnitude_factor: float = 1.0


def position(user: Any, stage: str, changes: Sequence[Change]) -> tuple[AnnualLoss, AnnualLoss]:
    """The annual loss of all risks that `user` may open in `stage`, as it is and with `changes`."""
    before, after = cells_of(user, stage, changes)
    return together.evaluate(before), together.evaluate(after)


def cells_of(user: Any, stage: str, changes: Sequence[Change]) -> tuple[cells.Cells, cells.Cells]:
    """The same as cells."""
    whole = _whole(user, stage)
    return whole, cells.add(*_with(whole, user, stage, changes))


def _whole(user: Any, stage: str) -> cells.Cells:
    """The sum of all risks that `user` may open: the folded one less what they may not open of it, where that is less to read than
    all the rest. Exact either way: cells are whole numbers."""
    rows, unit = _of_user(user, stage), money_scope.unit_of(user)
    if unit is not None and unit.parent_id is None and _opens_all(user):
        return portfolio.present(f"unit:{unit.pk}", stage)[1]
    if unit is not None:
        below = Q() if unit.parent_id is None else Q(risk__unit__path__startswith=unit.path)
        opened, opened_below = rows.aggregate(all=Count("pk"), below=Count("pk", filter=below)).values()
        counted, whole = portfolio.present(f"unit:{unit.pk}", stage)
        if opened == opened_below and (hidden := counted - opened) < opened:
            return _without(whole, rows, below, stage) if hidden else whole
    return cells.add([cells.Cells.from_bytes(bytes(one)) for one in rows.values_list("cells", flat=True)])


def _opens_all(user: Any) -> bool:
    """Whether a reason to see risks holds for every one of them: then nothing needs counting."""
    return any(one.rows == EVERY_ROW for one in Risk.clauses(grants(user)))


def _without(whole: cells.Cells, rows: Any, below: Q, stage: str) -> cells.Cells:
    hidden = LossResult.objects.filter(below, stage=stage).exclude(pk__in=rows.order_by().values("pk"))
    parts = [cells.Cells.from_bytes(bytes(one)) for one in hidden.values_list("cells", flat=True)]
    return cells.add([whole, *parts], [1, *[-1] * len(parts)])


def scaled(model: LossModel, change: Change) -> LossModel:
    """The same risk, so much rarer and cheaper. Insurance keeps its sums."""
    primary, secondary = (tuple(one.times(change.magnitude_factor) for one in parts) for parts in (model.primary, model.secondary))
    return LossModel(model.rate.times(change.frequency_factor), primary, secondary, model.secondary_share)


def _with(whole: cells.Cells, user: Any, stage: str, changes: Sequence[Change]) -> tuple[list[cells.Cells], list[int]]:
    by_risk = {one.risk_id: one for one in changes}
    parts, signs = [whole], [1]
    for row in _of_user(user, stage).filter(risk__in=by_risk).select_related("scenario"):
        parts += [
            cells.Cells.from_bytes(bytes(row.cells)),
            cells.of(scaled(loss_parts.of_scenario(row.scenario), by_risk[row.risk_id])),
        ]
        signs += [-1, 1]
    return parts, signs


def _of_user(user: Any, stage: str) -> Any:
    return LossResult.objects.visible_to(user).filter(stage=stage)
