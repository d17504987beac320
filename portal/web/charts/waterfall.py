"""Why a number is what it is: its parts one after the other. (calculation)"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.web.charts.places import place


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a waterfall: what it is called, its points, and what may stand beside it."""

    label: str
    points: Decimal
    note: str = ""
    url: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A step with its bar, from x over width on a scale 200 wide; `kind` is `adds` or `subtracts`."""

    step: Step
    kind: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Bars from `start` to `total` on a scale from `low` to `high`; `limit_x` is where the tolerance stands."""

    bars: tuple[Bar, ...]
    start: Decimal
    total: Decimal
    low: int
    high: int
    total_width: str
    limit_x: str


_SCALE = 200


def waterfall(steps: Sequence[Step], *, start: Decimal = Decimal(0), limit: Decimal | None = None) -> Waterfall:
    """How `steps` lead from `start` to their sum, exactly; the scale runs over whole fives around what it holds.

    From zero the scale begins at zero; from another start it shows only the stretch that is walked.
    """
    levels = [start]
    for step in steps:
        levels.append(levels[-1] + step.points)
    seen = [*levels, *([limit] if limit is not None and start == 0 else [])]
    low = min(0, _five(min(seen), math.floor)) if start == 0 else _five(min(seen), math.floor)
    high = max(_five(max(seen), math.ceil), low + 5)

    def at(value: Decimal) -> float:
        return float((value - low) * _SCALE / (high - low))

    bars = tuple(
        Bar(
            step=step,
            kind="subtracts" if step.points < 0 else "adds",
            x=place(min(at(before), at(after))),
            width=place(max(abs(at(after) - at(before)), 0.5)),
        )
        for step, before, after in zip(steps, levels, levels[1:], strict=False)
    )
    inside = limit is not None and low <= limit <= high
    return Waterfall(
        bars=bars,
        start=start,
        total=levels[-1],
        low=low,
        high=high,
        total_width=place(at(levels[-1])),
        limit_x=place(at(limit)) if inside and limit is not None else "",
    )


def _five(value: Decimal, rounded) -> int:
    return int(rounded(value / 5) * 5)
