"""What Verrow's leaders want together: themes, goals that both signed, and what their measures said since."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from governance.board.demo.decisions import AFTER_ALL_ELSE
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.together import alignment, alignment_formula, goals, positions
from governance.together.goals import Measure
from governance.together.models import Goal, Theme
from portal import clock
from portal.people import organisations
from portal.people.models import User
from portal.signing import signatures
from risks.models import Risk

THEMES_DAYS_AGO = 245
LAID_DAYS_AGO = 60
AGREED_DAYS_AGO = 1  # that how they work together is measured, and that others read it
THEMES = (
    ("Plants that keep running", "A press that stands costs more in a day than most of our plans in a year."),
    ("Customers who trust our promises", "What they order, what they pay, and what only they may see."),
    ("People who can act", "Everybody knows what to do when something looks wrong."),
    ("One platform instead of nine", "Fewer systems, each with somebody who answers for it."),
)


@dataclass(frozen=True)
class Wanted:
    """One goal: proposed so many days ago by whom, what each office measures, and its readings (office, days ago, value)."""

    theme: str
    title: str
    about: str
    by: str
    days_ago: int
    due_in_days: int
    cio: Measure
    ciso: Measure
    risks: Sequence[str]
    readings: Sequence[tuple[str, int, str, str]]  # office, days ago, value, who read it
    signed_by: Sequence[str] = ("marta", "idris")


def _measure(name: str, start: str, target: str, counted_in: str) -> Measure:
    return Measure(name, Decimal(start), Decimal(target), counted_in)


WANTED = (
    Wanted(
        "Plants that keep running",
        "No office machine reaches a press line unseen",
        "The line stays up because what comes in is known, not because nothing comes in.",
        "marta",
        240,
        130,
        _measure("Hours that lines stood because of IT, a quarter", "46", "12", "hours"),
        _measure("Ways from the office into line control without an alarm", "9", "0", "ways"),
        ("Ransomware reaches Northfield line control", "Remote access gateway taken over", "Production recipes altered unnoticed"),
        (
            *(("CIO", 180, "41", "priya"), ("CIO", 95, "30", "priya"), ("CIO", 9, "24", "priya")),
            *(("CISO", 170, "7", "sade"), ("CISO", 80, "4", "sade"), ("CISO", 11, "3", "sade")),
        ),
    ),
    Wanted(
        "Plants that keep running",
        "A plant is back within two days",
        "From a bare machine to the first part, tried and not only written down.",
        "idris",
        236,
        40,
        _measure("Days to bring the production system of Eastmere back", "6", "2", "days"),
        _measure("Restore tests passed without the maker", "0", "4", "tests"),
        ("Historian loses a month of quality data", "Ransomware reaches Northfield line control"),
        (("CIO", 150, "5", "jonas"), ("CIO", 30, "4", "jonas"), ("CISO", 140, "1", "sade"), ("CISO", 21, "3", "sade")),
    ),
    Wanted(
        "Customers who trust our promises",
        "Customers see their own orders and nobody else's",
        "Mended at every call, and watched from outside.",
        "marta",
        200,
        20,
        _measure("Calls of the order portal that check the customer", "71", "100", "% of calls"),
        _measure("Findings of our tester that are open longer than a month", "11", "0", "findings"),
        ("Customer prices seen by another customer", "Test data holds real customers"),
        (("CIO", 120, "88", "priya"), ("CIO", 6, "100", "priya"), ("CISO", 118, "4", "sade"), ("CISO", 8, "0", "sade")),
    ),
    Wanted(
        "People who can act",
        "Whoever notices something says so the same day",
        "Proposed after the two phished administrators of this month.",
        "idris",
        5,
        360,
        _measure("Hours from a report to the first help", "30", "4", "hours"),
        _measure("Tried mails that somebody reported", "14", "50", "% of mails"),
        ("Staff sign-in stolen and reused",),
        (),
        signed_by=("idris",),
    ),
)


def happenings(people: dict[str, User]) -> list[Event]:
    """All of it, each on its day."""
    events = [Event(THEMES_DAYS_AGO, AFTER_ALL_ELSE, _set_themes(people))]
    events.append(Event(AGREED_DAYS_AGO + 3, AFTER_ALL_ELSE + 3, _ask_for_the_formula(people["marta"])))
    events += [Event(AGREED_DAYS_AGO + 1, AFTER_ALL_ELSE + 3, _decide_on_the_formula(people[who])) for who in ("marta", "idris")]
    events += [Event(AGREED_DAYS_AGO, AFTER_ALL_ELSE + 3, _agree(people[who])) for who in ("marta", "idris")]
    for one in WANTED:
        events.append(Event(one.days_ago, AFTER_ALL_ELSE + 1, _propose(one, people)))
        events.append(Event(min(one.days_ago - 1, LAID_DAYS_AGO), AFTER_ALL_ELSE + 1, _lay(one, people[one.by])))
        events += [Event(one.days_ago - 1, AFTER_ALL_ELSE + 1, _sign(one, people[who])) for who in one.signed_by]
        events += [
            Event(days_ago, AFTER_ALL_ELSE + 1, _read(one, office, value, people[who]))
            for office, days_ago, value, who in one.readings
        ]
    return events


def _set_themes(people: dict[str, User]) -> Callable[[], None]:
    def happen() -> None:
        for name, about in THEMES:
            with acting(people["marta"]):
                goals.add_theme(actor=people["marta"], name=name, about=about)

    return happen


def _propose(one: Wanted, people: dict[str, User]) -> Callable[[], None]:
    def happen() -> None:
        by, today = people[one.by], organisations.today()
        with acting(by):
            goals.propose(
                actor=by,
                theme=Theme.objects.get(name=one.theme),
                title=one.title,
                about=one.about,
                from_on=today,
                due_on=today + timedelta(days=one.days_ago + one.due_in_days),
                measures={"CIO": one.cio, "CISO": one.ciso},
            )

    return happen


def _ask_for_the_formula(leader: User) -> Callable[[], None]:
    def happen() -> None:
        with acting(leader):
            alignment_formula.ask(actor=leader)

    return happen


def _decide_on_the_formula(leader: User) -> Callable[[], None]:
    def happen() -> None:
        with acting(leader):
            positions.take(alignment_formula.asked(), "SUPPORT", actor=leader, factor_at=clock.now())

    return happen


def _agree(leader: User) -> Callable[[], None]:
    def happen() -> None:
        with acting(leader):
            alignment.say("ALL", actor=leader)

    return happen


def _lay(one: Wanted, by: User) -> Callable[[], None]:
    """The risks it is there for, all of which are in the register by then."""

    def happen() -> None:
        with acting(by):
            goals.change(
                Goal.objects.get(title=one.title), actor=by, version=None, there_for=Risk.objects.filter(title__in=one.risks)
            )

    return happen


def _sign(one: Wanted, who: User) -> Callable[[], None]:
    def happen() -> None:
        with acting(who):
            signatures.sign(Goal.objects.get(title=one.title), actor=who, factor_at=clock.now())

    return happen


def _read(one: Wanted, office: str, value: str, who: User) -> Callable[[], None]:
    def happen() -> None:
        with acting(who):
            goals.read_measure(Goal.objects.get(title=one.title), office, Decimal(value), actor=who)

    return happen
