"""What people of Verrow say about things: questions under a risk, a thread that is settled, one that waits for an answer."""

import io
from collections.abc import Mapping
from functools import partial

from governance.board.demo.events import Event
from governance.board.demo.response import RANSOM, SHARE
from governance.board.demo.times import acting
from portal.people.models import User
from portal.talk import attaching, comments, hearing, watching
from portal.talk.places import Place
from risks.models import Risk

AFTER_ALL_ELSE = 8000
RESTORED = """Restore of one engineering workstation, Northfield, exercise of May
Clean image written in 2 h 40 min. Recipes copied by hand in 4 h. Line released after 9 h 05 min.
Missing: the licence dongle of the press software, fetched from Eastmere.
"""


def happenings(people: Mapping[str, User]) -> list[Event]:
    """All of it, each on its day."""
    told = (
        (12, _say, (RANSOM, "sade", "Does the recipe server still reach the workstations, or was that cut as well?", ["jonas"])),
        (11, _answer, (RANSOM, "jonas", "Cut with the rest. Recipes go over by hand until the gateway stands.")),
        (10, _settle, (RANSOM, "sade")),
        (
            3,
            _say,
            (
                RANSOM,
                "dana",
                "The restore took nine hours in the exercise. Is six days of standstill still the bad case?",
                ["jonas"],
            ),
        ),
        (9, _watch, (RANSOM, "dana")),
        (9, _attach, (RANSOM, "sade", "Restore in the exercise of May.txt", RESTORED)),
        (2, _say, (SHARE, "tomas", "The supplier says the share closes on the 15th. I wait for it in writing.", [])),
    )
    return [Event(day, AFTER_ALL_ELSE, partial(act, people, *facts)) for day, act, facts in told]


def _say(people: Mapping[str, User], title: str, who: str, text: str, to: list[str]) -> None:
    place, author = _place(title), people[who]
    heard = hearing.may_open(place, [people[name] for name in to])
    with acting(author):
        comments.write(place, text, actor=author, mentions=heard)


def _watch(people: Mapping[str, User], title: str, who: str) -> None:
    with acting(people[who]):
        watching.begin(_place(title), actor=people[who])


def _attach(people: Mapping[str, User], title: str, who: str, name: str, text: str) -> None:
    with acting(people[who]):
        attaching.attach(_place(title), io.BytesIO(text.encode()), name, actor=people[who])


def _answer(people: Mapping[str, User], title: str, who: str, text: str) -> None:
    place, author = _place(title), people[who]
    with acting(author):
        comments.write(place, text, actor=author, answers=comments.threads(place).latest("pk").pk)


def _settle(people: Mapping[str, User], title: str, who: str) -> None:
    with acting(people[who]):
        comments.resolve(comments.threads(_place(title)).latest("pk"), actor=people[who])


def _place(title: str) -> Place:
    return Place("risk", Risk.objects.get(title=title))
