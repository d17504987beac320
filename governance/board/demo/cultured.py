"""What Verrow's departments noticed, reported and learned: agreed by both, counted by quarter, with what a head says."""

from collections.abc import Callable, Mapping
from datetime import date

from governance.board.demo.events import Event
from governance.board.demo.times import Calendar, acting
from governance.together import champions, culture, culture_counts, quarters
from governance.together.culture_counts import Told
from governance.together.models import CultureLine
from portal.people.models import Unit, User

AFTER_ALL_ELSE = 8600
AGREED_DAYS_AGO = 232
COUNTED_AFTER_DAYS, REPLIED_AFTER_DAYS = 6, 17
CHAMPIONS = (("northfield", "jonas", "lena", 140), ("finance", "mira", "rosa", 96), ("it", "priya", "marta", 51))
# department: people, phishing mails sent, reported in three quarters, trained in three quarters; facilities is small
COUNTED = {
    "northfield": (412, 380, (61, 88, 131), (214, 268, 301)),
    "eastmere": (168, 150, (12, 19, 21), (70, 74, 96)),
    "it": (46, 46, (29, 33, 38), (41, 44, 46)),
    "security": (12, 12, (11, 12, 12), (12, 12, 12)),
    "engineering": (74, 70, (18, 20, 31), (39, 48, 55)),
    "sales": (58, 58, (9, 8, 14), (21, 30, 32)),
    "finance": (31, 31, (12, 17, 22), (24, 27, 31)),
    "hr": (14, 14, (5, 6, 8), (12, 13, 14)),
    "facilities": (7, 7, (1, 2, 2), (4, 5, 6)),
}
ANSWER = "Half of the sales people were at fairs when the mails went out; the training moved to the weeks after."


def happenings(calendar: Calendar, people: Mapping[str, User], tree: Mapping[str, Unit]) -> list[Event]:
    """Both agree; each quarter that is over since then is counted, drawn up by the timetable, and replied to once."""
    events = [
        Event(AGREED_DAYS_AGO, AFTER_ALL_ELSE, lambda: _agree(people["marta"])),
        Event(AGREED_DAYS_AGO - 1, AFTER_ALL_ELSE, lambda: _agree(people["idris"])),
    ]
    for place, first in enumerate(_quarters(calendar)):
        ended = (calendar.today - quarters.following(first)).days
        events.append(Event(ended - COUNTED_AFTER_DAYS, AFTER_ALL_ELSE, _count(people["dana"], tree, first, min(place, 2))))
        if ended > REPLIED_AFTER_DAYS:
            events.append(Event(ended - REPLIED_AFTER_DAYS, AFTER_ALL_ELSE, _reply(people["tomas"], tree["sales"], first)))
    events += [Event(day, AFTER_ALL_ELSE, _name(tree[unit], people[who], people[by])) for unit, who, by, day in CHAMPIONS]
    return events


def _quarters(calendar: Calendar) -> list[date]:
    """Those that ended since both agreed, and whose counts have come in by today."""
    found, first = [], quarters.of(calendar.day(AGREED_DAYS_AGO - 1))
    while (calendar.today - quarters.following(first)).days > COUNTED_AFTER_DAYS:
        found.append(first)
        first = quarters.following(first)
    return found


def _agree(leader: User) -> None:
    with acting(leader):
        culture.say(True, actor=leader)


def _count(by: User, tree: Mapping[str, Unit], first: date, place: int) -> Callable[[], None]:
    def happen() -> None:
        rows = [
            Told(
                tree[key].pk,
                first,
                {"people": count, "phishing_sent": sent, "phishing_reported": reported[place], "trained": trained[place]},
            )
            for key, (count, sent, reported, trained) in COUNTED.items()
        ]
        with acting(by):
            culture_counts.take_in(rows, actor=by)

    return happen


def _reply(head: User, unit: Unit, first: date) -> Callable[[], None]:
    def happen() -> None:
        line = CultureLine.objects.select_related("unit", "quarter").filter(unit=unit, quarter__quarter_on=first).first()
        if line is not None:
            with acting(head):
                culture.reply(line, ANSWER, actor=head)

    return happen


def _name(unit: Unit, person: User, by: User) -> Callable[[], None]:
    def happen() -> None:
        with acting(by):
            champions.name(unit, person, actor=by)

    return happen
