"""The options of a question weighed in one money: what a month later costs, what each avoids, which is beaten; and where they stand
on one chart of day against remaining loss. (calculation)"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal.web.charts.places import place

MONTHS_A_YEAR = 12
DAYS_A_MONTH = Decimal("30.4375")
CENT = Decimal("0.01")
LARGEST_CIRCLE, SMALLEST_CIRCLE = 16.0, 4.0
HUMP = 16.0  # height of a distribution of days
TICKS = 5
Place = Callable[[Any], float]


@dataclass(frozen=True, slots=True)
class Choice:
    """An option in figures [organisation currency]; None is not said. In one case of ten it is ready before `earliest_on`, in one
    of ten after `latest_on`."""

    letter: str
    cost: Decimal | None = None
    earliest_on: date | None = None
    ready_on: date | None = None
    latest_on: date | None = None
    residual_loss_per_year: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What an option comes to beside the others."""

    choice: Choice
    avoided_per_year: Decimal | None  # against the option that leaves most
    month_costs: Decimal | None  # what each further month costs: business that waits, and loss that stays open
    months_later: Decimal | None  # than the soonest
    delay_cost: Decimal | None  # of these months, in business that waits
    beaten_by: Sequence[str]  # letters of options that are at least as good in everything and better in something

    @property
    def is_beaten(self) -> bool:
        return bool(self.beaten_by)


def weigh(choices: Sequence[Choice], delay_cost_per_month: Decimal | None) -> list[Weighed]:
    """Every option against all. What is not said of an option is not worked out for it."""
    losses = [one.residual_loss_per_year for one in choices if one.residual_loss_per_year is not None]
    days = [one.ready_on for one in choices if one.ready_on is not None]
    most, soonest = max(losses, default=None), min(days, default=None)
    return [_weighed(one, choices, most, soonest, delay_cost_per_month) for one in choices]


def _weighed(one: Choice, choices: Sequence[Choice], most: Decimal | None, soonest: date | None, month: Decimal | None) -> Weighed:
    avoided = None if most is None or one.residual_loss_per_year is None else most - one.residual_loss_per_year
    later = None if soonest is None or one.ready_on is None else Decimal((one.ready_on - soonest).days) / DAYS_A_MONTH
    waits = None if month is None and avoided is None else (month or Decimal(0)) + (avoided or Decimal(0)) / MONTHS_A_YEAR
    return Weighed(
        choice=one,
        avoided_per_year=avoided,
        month_costs=None if waits is None else waits.quantize(CENT),
        months_later=None if later is None else later.quantize(Decimal("0.1")),
        delay_cost=None if later is None or month is None else (later * month).quantize(CENT),
        beaten_by=[other.letter for other in choices if _beats(other, one)],
    )


def _beats(other: Choice, one: Choice) -> bool:
    """Cheaper or as cheap, sooner or as soon (early, likely and late), leaving less or as little, and not the same."""
    if None in (other.cost, other.ready_on, other.residual_loss_per_year, one.cost, one.ready_on, one.residual_loss_per_year):
        return False
    pairs = list(zip(_figures(other), _figures(one), strict=True))
    return all(theirs <= ours for theirs, ours in pairs) and any(theirs < ours for theirs, ours in pairs)


def _figures(one: Choice) -> list[Any]:
    return [one.cost, one.earliest_on or one.ready_on, one.ready_on, one.latest_on or one.ready_on, one.residual_loss_per_year]


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    value: date | Decimal


@dataclass(frozen=True, slots=True)
class Drawn:
    """One option: its likely day and remaining loss, a circle by its cost, and the hump of its days."""

    letter: str
    x: str
    y: str
    radius: str
    hump: str  # the path of its days; "" where one day alone is said
    label_x: str
    label_y: str
    anchor: str  # the label stands on the side where there is room
    is_beaten: bool
    marks: Collection[str]  # "cio", "ciso": of whom it is marked


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
    days: Sequence[Tick]
    losses: Sequence[Tick]
    options: Sequence[Drawn]


def drawings(weighed: Sequence[Weighed], marks: dict[str, Collection[str]]) -> tuple[Drawing, ...]:
    """A wide and a narrow drawing of the options of which day and loss are said; none where there are fewer than two."""
    known = [one for one in weighed if one.choice.ready_on is not None and one.choice.residual_loss_per_year is not None]
    if len(known) < 2:
        return ()
    return tuple(_draw(size, known, marks) for size in (("wide", 640, 280), ("narrow", 340, 260)))


def _draw(size: tuple[str, int, int], known: Sequence[Weighed], marks: dict[str, Collection[str]]) -> Drawing:
    name, width, height = size
    left, right, top, bottom = 66, width - 24, 38, height - 36
    days = [day for one in known for day in _days(one.choice)]
    first, last = min(days), max(days)
    pad = max(timedelta(days=7), (last - first) * 0.06)
    first, last = first - pad, last + pad
    most = max(float(one.choice.residual_loss_per_year) for one in known) or 1.0
    dearest = max(float(one.choice.cost or 0) for one in known) or 1.0

    def x(day: date) -> float:
        return left + (right - left) * (day - first).days / max((last - first).days, 1)

    def y(loss: float) -> float:
        return bottom - (bottom - top) * loss / most

    count = TICKS if name == "wide" else 3
    step = (last - first) / count
    return Drawing(
        *(name, width, height, left, right, top, bottom),
        days=[Tick(place(x(day)), day) for day in (first + step * (place_ + 0.5) for place_ in range(count))],
        losses=[Tick(place(y(most * share)), Decimal(most * share).quantize(CENT)) for share in (0.0, 0.5, 1.0)],
        options=[_drawn(one, x, y, dearest, marks.get(one.choice.letter, ()), (left + right) / 2) for one in known],
    )


def _days(one: Choice) -> list[date]:
    return [day for day in (one.earliest_on, one.ready_on, one.latest_on) if day is not None]


def _drawn(one: Weighed, x: Place, y: Place, dearest: float, marks: Collection[str], middle: float) -> Drawn:
    choice = one.choice
    at, loss = x(choice.ready_on), y(float(choice.residual_loss_per_year))
    radius = max(SMALLEST_CIRCLE, LARGEST_CIRCLE * (float(choice.cost or 0) / dearest) ** 0.5)
    begin, end = x(choice.earliest_on or choice.ready_on), x(choice.latest_on or choice.ready_on)
    hump = f"M{place(begin)} {place(loss)}L{place(at)} {place(loss - HUMP)}L{place(end)} {place(loss)}Z" if begin < end else ""
    return Drawn(
        letter=choice.letter,
        x=place(at),
        y=place(loss),
        radius=place(radius),
        hump=hump,
        label_x=place(at - radius - 4 if at > middle else at + radius + 4),
        label_y=place(loss - radius - 2),
        anchor="end" if at > middle else "start",
        is_beaten=one.is_beaten,
        marks=marks,
    )
