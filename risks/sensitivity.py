"""What if an estimate is off by two: the inputs that move the position most, each by itself and all at once, both ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from risks import loss_inputs, loss_words, portfolio
from risks.loss_inputs import Inputs
from risks.models import LossResult, Risk
from risks.money_rows import Row
from risks.quantification import cells, together

OFF_BY = 2.0
LARGEST = 3
SLACK = 1 + 1e-4  # stored averages have six digits


@dataclass(frozen=True, slots=True)
class Position:
    """The average of a year and what one year in twenty costs more than."""

    average: float
    one_in_twenty: float


@dataclass(frozen=True, slots=True)
class Off:
    """One input, by `name` as in loss_inputs and in `words`, with what was `said`; the position at half and at twice of it."""

    risk: Risk
    name: str
    words: str
    said: str
    half: Position
    twice: Position


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The largest inputs, and the position with all of them off the same way."""

    rows: tuple[Off, ...]
    half: Position
    twice: Position

    @property
    def sentence(self) -> str:
        """What the first row says, for somebody who reads no table."""
        first = self.rows[0]
        return _(
            "No single number moves it more than “%(input)s” of %(risk)s: at half of what was said a year costs %(low)s on average "
            "and one in twenty over %(low20)s, at twice %(high)s and %(high20)s."
        ) % {
            "input": first.words,
            "risk": first.risk.number,
            "low": loss_words.money(first.half.average),
            "low20": loss_words.money(first.half.one_in_twenty),
            "high": loss_words.money(first.twice.average),
            "high20": loss_words.money(first.twice.one_in_twenty),
        }


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: LossResult
    inputs: Inputs
    name: str
    swing: float


def read(rows: Sequence[LossResult], whole: Any) -> Sensitivity | None:
    """Of the estimates behind `rows`, against the position that they count in; None where none of them costs anything."""
    found = largest(rows)
    if not found:
        return None
    off = _Moved(whole)
    single = [{(one.row.pk, one.name): one} for one in found]
    every = {key: one for each in single for key, one in each.items()}
    halves, twices = ([off.by(each, factor) for each in (*single, every)] for factor in (1 / OFF_BY, OFF_BY))
    told = tuple(
        Off(one.row.risk, one.name, loss_words.input_name(one.name, one.inputs), loss_words.input_said(one.name, one.inputs), *both)
        for one, *both in zip(found, halves, twices, strict=False)
    )
    return Sensitivity(told, halves[-1], twices[-1])


def largest(rows: Sequence[LossResult]) -> list[_Candidate]:
    """The inputs between which the average swings furthest, the furthest first. Estimates that could not reach the third place are
    not taken apart."""
    bounds = [(_most(row), row) for row in rows]
    bounds.sort(key=lambda pair: (-pair[0], pair[1].pk))
    found: list[_Candidate] = []
    for most, row in bounds:
        if most <= 0 or (len(found) == LARGEST and most * SLACK < found[-1].swing):
            break
        inputs = loss_inputs.of_scenario(row.scenario)
        found += [_Candidate(row, inputs, name, inputs.swing(name, OFF_BY)) for name in inputs.names]
        found = sorted((one for one in found if one.swing > 0), key=lambda one: (-one.swing, one.row.pk))[:LARGEST]
    return found


def worth_reading(rows: Sequence[Row]) -> list[Row]:
    """Of many plain rows those among whose inputs the largest are: no input of the others reaches as far as the three that three
    rows have for certain."""
    certain = sorted((loss_inputs.least_swing(row.mean, OFF_BY) for row in rows), reverse=True)[:LARGEST]
    least = certain[-1] if len(certain) == LARGEST else 0.0
    bounds = [(loss_inputs.most_swing(row.insured or (), row.rate or 0.0, row.mean, OFF_BY), row) for row in rows]
    return [row for most, row in bounds if most > 0 and most * SLACK >= least]


def _most(row: LossResult) -> float:
    rate = row.factors["events"] * row.factors["share"]
    return loss_inputs.most_swing(row.scenario.losses, rate, row.mean, OFF_BY)


class _Moved:
    """The position with inputs that are off: the average in closed form, one year in twenty from the cells."""

    def __init__(self, whole: Any) -> None:
        self.mean, self.cells = whole.mean, portfolio.cells_of(whole)

    def by(self, chosen: Mapping[Any, _Candidate], factor: float) -> Position:
        parts, signs, average = [self.cells], [1], self.mean
        for row in {one.row.pk: one.row for one in chosen.values()}.values():
            own = [one for one in chosen.values() if one.row.pk == row.pk]
            before, after = own[0].inputs.model, own[0].inputs.off({one.name: factor for one in own}).model
            average += after.annual_mean - before.annual_mean
            parts, signs = [*parts, portfolio.cells_of(row), cells.of(after)], [*signs, -1, 1]
        return Position(average, together.evaluate(cells.add(parts, signs)).var95)
