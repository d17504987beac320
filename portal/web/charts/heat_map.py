"""The 5×5 heat map: cells, tolerance line, arrows of the risks that moved. (calculation)"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from portal.web.charts.places import place

LEVELS = (1, 2, 3, 4, 5)
MOST_ARROWS = 20

Position = tuple[int, int]  # likelihood level, impact level


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell of the heat map holds: how many risks, which band, and the address of their rows."""

    likelihood_level: int
    impact_level: int
    count: int
    band: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Mover:
    """A risk that moved from one (likelihood, impact) to another; new where `before` is None."""

    label: str
    before: Position | None
    after: Position
    url: str = ""


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell with its place; `notes` names the movers that arrived, `arrived_new` those that were not there before."""

    cell: Cell
    likelihood_word: str
    impact_word: str
    x: str
    y: str
    width: str
    height: str
    count_x: str
    count_y: str
    sign_x: str
    sign_y: str
    note: str
    note_x: str
    note_y: str
    new_x: str
    new_y: str
    arrived_new: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A move of one or more risks along the same way: the line and the head, as path data, and who moved."""

    line: str
    head: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AxisLabel:
    """One level at an axis."""

    level: int
    word: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class HeatDrawing:
    """One drawing of the heat map at one width."""

    size: str
    width: int
    height: int
    cells: tuple[DrawnCell, ...]
    likelihoods: tuple[AxisLabel, ...]
    impacts: tuple[AxisLabel, ...]
    tolerance: str
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row of the table twin: a likelihood level, highest first, with its five cells."""

    level: int
    word: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The heat map twice drawn and once as rows; `undrawn` movers were too many for arrows."""

    wide: HeatDrawing
    narrow: HeatDrawing
    rows: tuple[HeatRow, ...]
    impact_words: tuple[str, ...]
    movers: tuple[Mover, ...]
    undrawn: int
    count: int


@dataclass(frozen=True, slots=True)
class _Frame:
    size: str
    left: int
    top: int
    cell_width: int
    cell_height: int
    width: int
    height: int
    words_at_left: bool

    def x(self, impact_level: int) -> int:
        return self.left + (impact_level - 1) * self.cell_width

    def y(self, likelihood_level: int) -> int:
        return self.top + (5 - likelihood_level) * self.cell_height


_WIDE = _Frame("wide", 97, 6, 75, 54, 474, 316, True)
_NARROW = _Frame("narrow", 24, 22, 66, 54, 356, 332, False)


def heat_map(
    cells: Sequence[Cell],
    movers: Sequence[Mover] = (),
    *,
    likelihood_words: Sequence[str],
    impact_words: Sequence[str],
    beyond_tolerance: Collection[Position] = (),
) -> HeatMap:
    """The 5×5 heat map with the tolerance line and at most 20 movers, given in the order of their weight.

    Words run from level 1 to 5. ValueError unless each of the 25 positions is given exactly once.
    """
    by_position = {(cell.likelihood_level, cell.impact_level): cell for cell in cells}
    if len(cells) != 25 or set(by_position) != {(row, column) for row in LEVELS for column in LEVELS}:
        raise ValueError("A heat map needs each of its 25 cells exactly once.")
    drawn = tuple(movers[:MOST_ARROWS])
    words = (tuple(likelihood_words), tuple(impact_words))
    return HeatMap(
        wide=_heat_drawing(_WIDE, by_position, drawn, words, set(beyond_tolerance)),
        narrow=_heat_drawing(_NARROW, by_position, drawn, words, set(beyond_tolerance)),
        rows=tuple(
            HeatRow(level, words[0][level - 1], tuple(by_position[level, column] for column in LEVELS))
            for level in reversed(LEVELS)
        ),
        impact_words=words[1],
        movers=tuple(movers),
        undrawn=len(movers) - len(drawn),
        count=sum(cell.count for cell in cells),
    )


def _heat_drawing(frame: _Frame, by_position, movers, words, beyond: set[Position]) -> HeatDrawing:
    return HeatDrawing(
        size=frame.size,
        width=frame.width,
        height=frame.height,
        cells=tuple(_drawn_cell(frame, by_position[row, column], movers, words) for row in reversed(LEVELS) for column in LEVELS),
        likelihoods=tuple(
            AxisLabel(
                level,
                words[0][level - 1] if frame.words_at_left else "",
                place(frame.left - 10),
                place(frame.y(level) + 31),
            )
            for level in reversed(LEVELS)
        ),
        impacts=tuple(
            AxisLabel(level, words[1][level - 1], place(frame.x(level) + frame.cell_width / 2), place(frame.y(1) + 71))
            for level in LEVELS
        ),
        tolerance=_tolerance_line(frame, beyond),
        arrows=_arrows(frame, movers),
    )


def _drawn_cell(frame: _Frame, cell: Cell, movers, words) -> DrawnCell:
    x, y = frame.x(cell.impact_level), frame.y(cell.likelihood_level)
    here = [mover for mover in movers if mover.after == (cell.likelihood_level, cell.impact_level)]
    note = here[0].label + (f" +{len(here) - 1}" if len(here) > 1 else "") if here else ""
    inset = 9 if frame.size == "wide" else 6
    # The sign stands right of the count, however many digits that has; in an empty cell it stands alone.
    sign = inset + 6 + 9 * len(str(cell.count)) if cell.count else inset
    return DrawnCell(
        cell=cell,
        likelihood_word=words[0][cell.likelihood_level - 1],
        impact_word=words[1][cell.impact_level - 1],
        x=place(x),
        y=place(y),
        width=place(frame.cell_width),
        height=place(frame.cell_height),
        count_x=place(x + inset),
        count_y=place(y + 21),
        sign_x=place(x + sign),
        sign_y=place(y + 11),
        note=note,
        note_x=place(x + inset),
        note_y=place(y + frame.cell_height - 8),
        new_x=place(x + frame.cell_width - 6),
        new_y=place(y + 20),
        arrived_new=any(mover.before is None for mover in here),
    )


def _tolerance_line(frame: _Frame, beyond: set[Position]) -> str:
    """Every edge between a cell beyond tolerance and one within, joined into straight runs."""
    runs = []
    for upper in LEVELS[1:]:  # the edge between rows `upper` and `upper - 1`
        edges = [column for column in LEVELS if ((upper, column) in beyond) != ((upper - 1, column) in beyond)]
        for first, last in _runs(edges):
            runs.append(f"M{frame.x(first)} {frame.y(upper - 1)}H{frame.x(last) + frame.cell_width}")
    for right in LEVELS[1:]:  # the edge between columns `right - 1` and `right`
        edges = [row for row in LEVELS if ((row, right) in beyond) != ((row, right - 1) in beyond)]
        for first, last in _runs(edges):
            runs.append(f"M{frame.x(right)} {frame.y(last)}V{frame.y(first) + frame.cell_height}")
    return "".join(runs)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _arrows(frame: _Frame, movers) -> tuple[Arrow, ...]:
    ways: dict[tuple[Position, Position], list[str]] = {}
    for mover in movers:
        if mover.before is not None and mover.before != mover.after:
            ways.setdefault((mover.before, mover.after), []).append(mover.label)
    arrows = []
    taken: dict[Position, int] = {}
    for (before, after), labels in ways.items():
        lane = max(taken.get(before, 0), taken.get(after, 0))
        taken[before] = taken[after] = lane + 1
        # Arrows keep to the right of a cell, clear of its count and note, side by side where several meet.
        shift = frame.cell_width * (0.84 - 0.1 * (lane % 4))
        drop = frame.cell_height * (0.5 + 0.08 * (lane // 4))
        start = (frame.x(before[1]) + shift, frame.y(before[0]) + drop)
        end = (frame.x(after[1]) + shift, frame.y(after[0]) + drop)
        arrows.append(_arrow(start, end, tuple(labels)))
    return tuple(arrows)


def _arrow(start: tuple[float, float], end: tuple[float, float], labels: tuple[str, ...]) -> Arrow:
    length = math.hypot(end[0] - start[0], end[1] - start[1])
    along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    neck = (end[0] - 8 * along[0], end[1] - 8 * along[1])
    left = (neck[0] - 4.5 * along[1], neck[1] + 4.5 * along[0])
    right = (neck[0] + 4.5 * along[1], neck[1] - 4.5 * along[0])
    line = f"M{place(start[0])} {place(start[1])}L{place(neck[0])} {place(neck[1])}"
    head = f"M{place(end[0])} {place(end[1])}L{place(left[0])} {place(left[1])}L{place(right[0])} {place(right[1])}z"
    return Arrow(line, head, labels)
