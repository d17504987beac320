"""How likely a year costs more than a sum: lines over a logarithmic scale of money, chances as "1 in n". (calculation)"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.web.charts.places import place

CHANCES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # "1 in n"
BESIDE = {  # where the name of a point stands: above a falling curve; of one that lies below it, below
    **dict.fromkeys(("appetite", "tolerance", "agreed"), (7, -6, "start")),
    "passed": (-7, 14, "end"),
}
EDGE = 12  # from the right of the plot, so many pixels
ROOM = 3.0  # for such a name the scale goes on to this many times its loss
MOST_DECADES = 5.0  # what lies further left is the same small change to anybody


@dataclass(frozen=True, slots=True)
class Line:
    """A curve by its name, `kind` for its colour (now, after, appetite), and its points (loss, chance that a year costs more)."""

    name: str
    kind: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    value: float
    anchor: str = "middle"  # of its word; at the right edge it ends there


@dataclass(frozen=True, slots=True)
class DrawnLine:
    name: str
    kind: str
    path: str
    label_x: str
    label_y: str
    anchor: str  # where the name begins or ends: beside the line, on the side where it is free


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of appetite or tolerance, or the loss of a year that is over, where it stands on the drawing, and its name."""

    name: str
    kind: str
    x: str
    y: str
    label_x: str
    label_y: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """One size of the picture; the plot lies between left and right, top and bottom."""

    size: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    losses: tuple[Tick, ...]
    chances: tuple[Tick, ...]
    lines: tuple[DrawnLine, ...]
    marks: tuple[Mark, ...]


def drawings(lines: Sequence[Line], marks: Sequence[tuple[str, str, float, float]] = ()) -> tuple[Drawing, ...]:
    """A wide and a narrow drawing, none where no line has a point. `marks` are (name, kind, loss, chance)."""
    seen = [point for line in lines for point in line.points if point[0] > 0 and point[1] > 0]
    if not seen:
        return ()
    seen += [(loss * (ROOM if kind in BESIDE else 1), chance) for _name, kind, loss, chance in marks if loss > 0 and chance > 0]
    return tuple(_draw(size, lines, marks, seen) for size in (("wide", 640, 260), ("narrow", 340, 240)))


def _draw(
    size: tuple[str, int, int],
    lines: Sequence[Line],
    marks: Sequence[tuple[str, str, float, float]],
    seen: Sequence[tuple[float, float]],
) -> Drawing:
    name, width, height = size
    left, right, top, bottom = 62, width - 14, 14, height - 40
    most = math.log10(max(loss for loss, _chance in seen))
    high = math.ceil(most * 3) / 3
    low = max(math.floor(math.log10(min(loss for loss, _chance in seen))), math.floor(high - MOST_DECADES))
    likeliest, rarest = max(chance for _loss, chance in seen), min(chance for _loss, chance in seen)
    floor = next((n for n in CHANCES if 1 / n <= rarest * 1.001), CHANCES[-1])
    ceiling = max((n for n in CHANCES if 1 / n >= likeliest), default=1)

    def x(loss: float) -> float:
        return left + (right - left) * (math.log10(loss) - low) / max(high - low, 1e-9)

    def y(chance: float) -> float:
        share = (math.log(1 / ceiling) - math.log(chance)) / max(math.log(1 / ceiling) - math.log(1 / floor), 1e-9)
        return top + (bottom - top) * min(max(share, 0.0), 1.0)

    step = 1 if name == "wide" else 2
    ticks = range(math.ceil(low), math.floor(high) + 1)
    kept = [power for power in ticks if (power - math.ceil(low)) % step == 0]
    return Drawing(
        size=name,
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        losses=tuple(
            Tick(place(x(10.0**power)), 10.0**power, "end" if x(10.0**power) > right - EDGE else "middle") for power in kept
        ),
        chances=tuple(Tick(place(y(1 / n)), n) for n in CHANCES if ceiling <= n <= floor),
        lines=tuple(_line(line, x, y, 1 / floor, left, right) for line in lines if any(p[0] > 0 and p[1] > 0 for p in line.points)),
        marks=tuple(_mark(what, kind, max(x(loss), left), y(chance)) for what, kind, loss, chance in marks if loss > 0 < chance),
    )


def _mark(name: str, kind: str, x: float, y: float) -> Mark:
    across, down, anchor = BESIDE.get(kind, (0, 17, "middle"))
    return Mark(name, kind, place(x), place(y), place(x + across), place(y + down), anchor)


def _line(line: Line, x: Callable[[float], float], y: Callable[[float], float], rarest: float, left: int, right: int) -> DrawnLine:
    points = sorted((loss, chance) for loss, chance in line.points if loss > 0 and chance > 0)
    shown = [point for point in points if point[1] >= rarest] or points[:1]
    drawn = [(left, y(shown[0][1])), *((max(x(loss), left), y(chance)) for loss, chance in shown)]
    path = "M" + " L".join(f"{place(at_x)} {place(at_y)}" for at_x, at_y in drawn)
    is_lower = line.kind == "after"
    at = drawn[int(len(drawn) * (0.8 if is_lower else 0.62))]
    room = right - at[0] > 90
    anchor = "end" if is_lower or not room else "start"
    return DrawnLine(line.name, line.kind, path, place(at[0] + (8 if anchor == "start" else -8)), place(at[1]), anchor)
