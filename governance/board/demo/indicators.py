"""What Verrow watches: six indicators with nine months of readings, one outside of its bounds now."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from governance.board.demo.events import Event
from governance.board.demo.times import acting
from portal import clock
from portal.people.models import Unit, User
from risks import indicators, readings
from risks.models import Indicator, Risk

REGISTERED_DAYS_AGO, FIRST_READING, EVERY_DAYS = 262, 258, 30
REGISTERED, READ = 4500, 4600  # their order within a day


@dataclass(frozen=True)
class Watched:
    """One indicator, the numbers of its risks in the register's table, and its readings from the first day on."""

    name: str
    how: str
    measure: str
    direction: str
    warning: str
    breach: str
    owner: str
    unit: str
    risks: tuple[int, ...]
    values: tuple[str, ...]


WATCHED = (
    Watched(
        "Patch age of the remote access gateways",
        "Days since the oldest of the four gateways was last mended, from the gateways themselves.",
        *("days", "HIGHER", "30", "60", "priya", "it", (22,)),
        ("21", "24", "18", "27", "33", "29", "41", "52", "66"),
    ),
    Watched(
        "Phishing mails that staff report",
        "Share of the mails of the monthly exercise that somebody reports within a day.",
        *("%", "LOWER", "60", "45", "sade", "security", (12, 23)),
        ("48", "51", "55", "58", "61.5", "60", "63", "66", "68.5"),
    ),
    Watched(
        "Age of the last restore test",
        "Days since planning data was last restored from backup and compared.",
        *("days", "HIGHER", "90", "180", "priya", "it", (33, 35)),
        ("20", "50", "80", "110", "15", "45", "75", "105", "135"),
    ),
    Watched(
        "Machines of Northfield without current protection",
        "Share of the machines in the press hall and on the coating line, from the protection's own console.",
        *("%", "HIGHER", "5", "10", "jonas", "northfield", (17,)),
        ("9", "8.5", "8", "7", "6.5", "6", "5.5", "4.8", "4.5"),
    ),
    Watched(
        "Former contractors with an open account",
        "Accounts of people whose contract has ended, counted when purchasing sends its list.",
        *("accounts", "HIGHER", "3", "8", "sade", "company", (6,)),
        ("11", "9", "7", "6", "4", "2", "2", "1", "2"),
    ),
    Watched(
        "Plant systems whose logs arrive",
        "Share of the systems on the plants' list from which a log arrived within the last day.",
        *("%", "LOWER", "85", "70", "sade", "security", (41,)),
        ("72", "74", "74", "78", "80", "82", "86", "88", "88"),
    ),
)


def of_verrow(people: Mapping[str, User], tree: Mapping[str, Unit], made: Mapping[int, Risk]) -> list[Event]:
    """The registration of each, and every reading on its day."""
    found: list[Event] = []
    for place, one in enumerate(WATCHED):
        life = _Life(one, people, tree, made)
        found.append(Event(REGISTERED_DAYS_AGO, REGISTERED + place, life.register))
        for number, value in enumerate(one.values):
            found.append(Event(FIRST_READING - EVERY_DAYS * number, READ + place, _Reading(life, value)))
    return found


class _Life:
    def __init__(self, one: Watched, people: Mapping[str, User], tree: Mapping[str, Unit], made: Mapping[int, Risk]):
        self.one, self.people, self.tree, self.made = one, people, tree, made
        self.indicator: Indicator | None = None

    def register(self) -> None:
        one, dana = self.one, self.people["dana"]
        with acting(dana):
            self._register(one, dana)

    def _register(self, one: Watched, dana: User) -> None:
        self.indicator = indicators.add(
            actor=dana,
            name=one.name,
            description=one.how,
            unit_of_measure=one.measure,
            direction=one.direction,
            warning_at=Decimal(one.warning),
            breach_at=Decimal(one.breach),
            every_days=EVERY_DAYS,
            owner=self.people[one.owner],
            unit=self.tree[one.unit],
        )

    def read(self, value: str) -> None:
        for number in self.one.risks:  # those that are logged by now
            if number in self.made:
                indicators.link(self.indicator, self.made[number], actor=self.people["dana"])
        owner = self.people[self.one.owner]
        with acting(owner):
            readings.take(self.indicator, Decimal(value), clock.now(), actor=owner)


class _Reading:
    def __init__(self, life: _Life, value: str):
        self.life, self.value = life, value

    def __call__(self) -> None:
        self.life.read(self.value)
