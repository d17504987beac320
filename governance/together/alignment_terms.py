"""The eight published terms of alignment, and how they add up. Each is a share of what happened: rows that went well of all rows.

A term is measured once its rows reach back ninety days, by one rule for all: what nothing feeds yet is "not measured yet", what is
fed for less long, or has no row, has "not enough data". Neither counts for or against anybody. What is open counts in no term, so
that raising a difference never lowers one. There is no share of one person or one office.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

FORMULA = 2  # a term that is counted otherwise is another formula, on which both decide, and to which both agree, anew
FIRST_FORMULA = 1  # agreed to before formulas were decided on
WINDOW_DAYS = 90
FEWEST_MEASURED = 4
TERMS = (
    "answered_in_time",
    "settled_by_the_two",
    "gates_first_time",
    "security_before_design",
    "areas_without_fault",
    "goals_on_track",
    "board_answered_jointly",
    "exceptions_on_plan",
)
MEASURED, NOT_ENOUGH_DATA, NOT_MEASURED_YET = "MEASURED", "NOT_ENOUGH_DATA", "NOT_MEASURED_YET"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that a term counts: what it is, and whether it went well."""

    kind: str
    id: int
    went_well: bool
    part: str = ""  # the key of the part that is meant, as an area of a charter


@dataclass(frozen=True, slots=True)
class Found:
    """What a feed tells: its rows of the window, and the day from which on anything was there to be told; None where nothing."""

    rows: Sequence[Row] = ()
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One term. `share` from 0 to 1 where it is measured."""

    key: str
    state: str
    rows: Sequence[Row] = ()
    share: Decimal | None = None

    @property
    def good(self) -> int:
        return sum(row.went_well for row in self.rows)


Feed = Callable[[date, date], Found]  # (first day, today)
_feeds: dict[str, Feed] = {}


def feed(key: str, function: Feed) -> None:
    """The room in which a term happens tells it, once, in its ready(). ValueError for another word, or one that is fed."""
    if key not in TERMS or key in _feeds:
        raise ValueError(f"{key} is no term, or is fed already")
    _feeds[key] = function


def read(today: date) -> list[Measured]:
    """All eight, in their order."""
    first = today - timedelta(days=WINDOW_DAYS)
    return measure({key: told(first, today) for key, told in _feeds.items()}, today)


def measure(told: Mapping[str, Found], today: date) -> list[Measured]:
    """What `told` comes to on `today`."""
    return [_term(key, told.get(key), today) for key in TERMS]


def _term(key: str, found: Found | None, today: date) -> Measured:
    if found is None:
        return Measured(key, NOT_MEASURED_YET)
    if found.since is None or (today - found.since).days < WINDOW_DAYS or not found.rows:
        return Measured(key, NOT_ENOUGH_DATA, tuple(found.rows))
    return Measured(key, MEASURED, tuple(found.rows), share_of(found.rows))


def share_of(rows: Sequence[Row]) -> Decimal:
    """Of at least one row, how many went well, from 0 to 1."""
    return Decimal(sum(row.went_well for row in rows)) / len(rows)


def overall(terms: Iterable[Measured]) -> Decimal | None:
    """The mean of the measured shares in whole percent; None while fewer than four of the eight are measured."""
    shares = [one.share for one in terms if one.share is not None]
    if len(shares) < FEWEST_MEASURED:
        return None
    return (sum(shares, Decimal(0)) / len(shares) * 100).quantize(Decimal(1), ROUND_HALF_EVEN)
