"""What the position would be if some risks struck less often or cost less; nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from risks import loss_parts
from risks.models import LossResult
from risks.quantification import AnnualLoss, LossModel, Magnitude, cells, magnitudes, rates, together


@dataclass(frozen=True, slots=True)
class Change:
    """A risk of which the events and what one costs are these shares of what they are."""

    risk_id: int
    frequency_factor: float = 1.0
    magnitude_factor: float = 1.0


def position(user: Any, stage: str, changes: Sequence[Change]) -> tuple[AnnualLoss, AnnualLoss]:
    """The annual loss of all risks that `user` may open in `stage`, as it is and with `changes`. Two queries."""
    whole = cells.add([cells.Cells.from_bytes(bytes(one)) for one in _of_user(user, stage).values_list("cells", flat=True)])
    return together.evaluate(whole), together.evaluate(cells.add(*_with(whole, user, stage, changes)))


def scaled(model: LossModel, change: Change) -> LossModel:
    """The same risk, so much rarer and cheaper. Insurance keeps its sums."""
    often = model.rate
    if change.frequency_factor != 1:
        often = replace(
            often, a=often.a * change.frequency_factor, b=often.b * change.frequency_factor, c=often.c * change.frequency_factor
        )
        if model.rate.kind == rates.GAMMA:
            often = replace(model.rate, b=model.rate.b * change.frequency_factor)
        if change.frequency_factor == 0:
            often = rates.fixed_rate(0)
    primary, secondary = (
        tuple(_cheaper(one, change.magnitude_factor) for one in parts) for parts in (model.primary, model.secondary)
    )
    return LossModel(often, primary, secondary, model.secondary_share)


def _cheaper(one: Magnitude, factor: float) -> Magnitude:
    if factor == 0:
        return magnitudes.point(0)
    if one.kind == magnitudes.LOGNORMAL:
        return replace(one, a=one.a + float(np.log(factor)))
    return replace(one, a=one.a * factor, b=one.b * factor, c=one.c * factor)


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
