"""Where initiatives stand on a line of time: positions for SVG attributes, no database. (calculation)"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

WIDTH = 240  # of the line, in its own units
SHORTEST = 30  # days that the line spans at least


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone on the line."""

    x: int
    title: str
    due_on: date
    confidence: int
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One initiative: where it begins and how long it is; `today` is the same place on every line."""

    initiative: Any
    x: int
    width: int
    today: int
    marks: Sequence[Mark]

    @property
    def next(self) -> Mark | None:
        """The first milestone that is not reached."""
        return next((one for one in self.marks if not one.is_reached), None)

    @property
    def is_dated(self) -> bool:
        return self.width > 0


def draw(initiatives: Iterable[Any], today: date) -> list[Bar]:
    """Bars on one scale, from the first day that is named to the last. Those of which no day is known have none."""
    rows = list(initiatives)
    days = [day for row in rows for day in _days(row)] + [today]
    first, last = min(days), max(days)
    span = max((last - first).days, SHORTEST)

    def place(day: date) -> int:
        return round((day - first).days * WIDTH / span)

    return [_bar(row, place, today) for row in rows]


def _days(row: Any) -> list[date]:
    return [day for day in (row.starts_on, row.live_on, *(one.due_on for one in row.milestones.all())) if day]


def _bar(row: Any, place: Any, today: date) -> Bar:
    marks = [
        Mark(place(one.due_on), one.title, one.due_on, one.confidence, one.reached_on is not None) for one in row.milestones.all()
    ]
    days = _days(row)
    if not days:
        return Bar(row, 0, 0, place(today), [])
    begin, end = min(days), max(days)
    if begin == end:
        begin = min(begin, today) if row.starts_on is None else begin - timedelta(days=1)
    return Bar(row, place(begin), max(place(end) - place(begin), 1), place(today), marks)
