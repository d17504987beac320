"""How a goal stands, worked out from its readings and the day: nobody types it, and nothing keeps it.

A measure runs from its start to its target, whichever is the larger. It is met once its last reading has reached the target; it is
on track while that reading has come as far along as the calendar had on the day it was taken, less a tenth of the way. A measure
whose last reading is older than a quarter, or that was never read, says nothing: "not enough data", as does a goal that lacks a
measure of either office. Else a goal stands as its worse measure does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MET, ON_TRACK, BEHIND, MISSED, NOT_ENOUGH_DATA = "MET", "ON_TRACK", "BEHIND", "MISSED", "NOT_ENOUGH_DATA"
BETTER_FIRST = (MET, ON_TRACK, BEHIND, MISSED, NOT_ENOUGH_DATA)
GOOD = frozenset({MET, ON_TRACK})
OFFICES = ("CIO", "CISO")
TOLERATED_SHARE = Decimal("0.1")  # of the way
OLDEST_READING_DAYS = 92


@dataclass(frozen=True, slots=True)
class Course:
    """One measure with its last reading; `value` None where there is none."""

    start_value: Decimal
    target_value: Decimal
    from_on: date
    due_on: date
    value: Decimal | None = None
    read_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """`progress_share` and `expected_share` are 0 at the start and 1 at the target; None where nothing is told of them."""

    state: str
    progress_share: Decimal | None = None
    expected_share: Decimal | None = None


def of_measure(course: Course, today: date) -> Standing:
    """Where one measure stands on `today`. ValueError where start and target are the same, or no time lies between the days."""
    if course.value is None or course.read_on is None:
        return Standing(NOT_ENOUGH_DATA)
    way = course.target_value - course.start_value
    days = (course.due_on - course.from_on).days
    if not way or days <= 0:
        raise ValueError("a measure has a way and a time")
    progress = (course.value - course.start_value) / way
    passed = Decimal(min(max((course.read_on - course.from_on).days, 0), days)) / days
    if progress >= 1:
        state = MET
    elif today > course.due_on:
        state = MISSED
    elif (today - course.read_on).days > OLDEST_READING_DAYS:
        state = NOT_ENOUGH_DATA
    else:
        state = ON_TRACK if progress >= passed - TOLERATED_SHARE else BEHIND
    return Standing(state, progress, passed)


def of_goal(measures: Mapping[str, Standing]) -> str:
    """The worse of both offices' measures; without one of the two there is not enough data."""
    if any(office not in measures for office in OFFICES):
        return NOT_ENOUGH_DATA
    return max((measures[office].state for office in OFFICES), key=BETTER_FIRST.index)
