"""A small line through time. (calculation)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.web.charts.places import place

TEN = Decimal(10)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line through values over time, with its last point; `limit_y` is where the limit stands, or empty."""

    size: str
    width: int
    height: int
    points: str
    end_x: str
    end_y: str
    limit_y: str
    first: Decimal
    last: Decimal


def sparkline(
    values: Sequence[Decimal | None], *, limit: Decimal | None = None, size: str = "wide", least: Decimal = TEN
) -> Sparkline | None:
    """The run of `values`, oldest first and evenly spaced; gaps (None) are bridged. None without any value.

    The scale holds at least `least`, ten points of a score, so that a wobble does not look like a leap.
    """
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if not known:
        return None
    width, height, edge = (88, 20, 2) if size == "wide" else (56, 20, 2)
    reach = [value for _, value in known] + ([limit] if limit is not None else [])
    middle, span = (max(reach) + min(reach)) / 2, max(max(reach) - min(reach), least)
    across = (width - 5 - edge) / max(len(values) - 1, 1)

    def y(value: Decimal) -> float:
        return height / 2 - float((value - middle) / span) * (height - 2 * edge)

    places = [(edge + index * across, y(value)) for index, value in known]
    return Sparkline(
        size=size,
        width=width,
        height=height,
        points=" ".join(f"{place(px)},{place(py)}" for px, py in places),
        end_x=place(places[-1][0]),
        end_y=place(places[-1][1]),
        limit_y=place(y(limit)) if limit is not None else "",
        first=known[0][1],
        last=known[-1][1],
    )
