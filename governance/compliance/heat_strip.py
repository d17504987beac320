"""The strip of a profile: a column for each category, as high as its practice, with a tick where it should be. (calculation)"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

TENTH = Decimal("0.1")
TOP, BOTTOM, EDGE = 22, 86, 2  # of the columns [px]
SIZES = {"wide": (1120, 14), "paper": (720, 14), "narrow": (340, 4)}  # width, and gap between functions [px]
MOST_LEVEL = 4


@dataclass(frozen=True, slots=True)
class Practised:
    """The levels of one requirement, None where nobody said."""

    current: int | None
    target: int | None


@dataclass(frozen=True, slots=True)
class Sum:
    """Many practices as one: means to a tenth (None without any), how many are below their target, how many nobody rated."""

    current: Decimal | None
    target: Decimal | None
    below: int
    unrated: int
    count: int

    @property
    def gap(self) -> Decimal | None:
        return None if self.current is None or self.target is None else max(Decimal(0), self.target - self.current)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column stands for; `url` is "" where it leads nowhere, `pk` that of its requirement where that is known."""

    identifier: str
    title: str
    url: str
    sum: Sum
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    identifier: str
    title: str
    url: str
    columns: Sequence[Column]
    sum: Sum
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A column with its places in the drawing; `tick_y` is "" where no target is set."""

    column: Column
    label: str
    x: str
    width: str
    middle: str
    y: str
    height: str
    tick_y: str


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    group: Group
    x: str
    columns: Sequence[Drawn]


@dataclass(frozen=True, slots=True)
class Strip:
    size: str
    width: int
    height: int
    base: int
    groups: Sequence[DrawnGroup]


def add_up(practices: Sequence[Practised]) -> Sum:
    current = [one.current for one in practices if one.current is not None]
    target = [one.target for one in practices if one.target is not None]
    below = sum(one.current is not None and one.target is not None and one.current < one.target for one in practices)
    return Sum(_mean(current), _mean(target), below, len(practices) - len(current), len(practices))


def draw(groups: Sequence[Group], size: str = "wide") -> Strip:
    """The wide strip, and the one that fits on paper, have a column for each category, the narrow one for each function."""
    shown = [_narrowed(group) for group in groups] if size == "narrow" else groups
    width, gap = SIZES[size]
    count = sum(len(group.columns) for group in shown) or 1
    step = (width - gap * max(len(shown) - 1, 0)) / count
    x, drawn = 0.0, []
    for group in shown:
        columns = [_column(column, x + step * place, step - EDGE) for place, column in enumerate(group.columns)]
        drawn.append(DrawnGroup(group, _at(x), columns))
        x += step * len(group.columns) + gap
    return Strip(size, width, BOTTOM + 18, BOTTOM, drawn)


def _narrowed(group: Group) -> Group:
    return Group(group.identifier, "", group.url, [Column(group.identifier, group.title, group.url, group.sum)], group.sum)


def _column(column: Column, x: float, width: float) -> Drawn:
    y, tick = _height(column.sum.current), column.sum.target
    label = column.identifier.rsplit(".", 1)[-1] if "." in column.identifier else column.identifier
    return Drawn(
        column,
        label[: max(2, int(width / 7))],
        _at(x),
        _at(width),
        _at(x + width / 2),
        _at(y),
        _at(BOTTOM - y),
        "" if tick is None else _at(_height(tick)),
    )


def _height(level: Decimal | None) -> float:
    return BOTTOM - float(level or 0) / MOST_LEVEL * (BOTTOM - TOP)


def _mean(levels: Sequence[int]) -> Decimal | None:
    return (Decimal(sum(levels)) / len(levels)).quantize(TENTH, ROUND_HALF_EVEN) if levels else None


def _at(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
