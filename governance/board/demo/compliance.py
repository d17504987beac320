"""How Verrow answers to its frameworks: two profiles, rated twice, and what its controls answer."""

from collections.abc import Mapping
from typing import Any

import pghistory

from governance.board.demo import sources
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.compliance import frameworks, mappings, profiles, ratings, rounds, settling, statements
from governance.compliance.models import ControlMapping, Framework, Practice, Requirement
from portal.people.models import Unit, User
from risks.models import Control

BEFORE_ALL_ELSE, AFTER_ALL_ELSE = -1, 4500
ADDED, OPENED, RATED, RATED_ANEW, PLANT_RATED, STATED = 266, 264, 262, 34, 96, 21
SETTLED, LAPSED, LAPSED_ANEW, ASKED_LATELY = 258, 240, 14, 3
SPEAKERS = (("IT", "marta"), ("SECURITY", "idris"))
MOVED = "Seen on the walk through both sites."
LATELY = (("GV.OC", "IT", 3), ("GV.RR", "SECURITY", 3), ("PR.AA", "IT", 4), ("DE.CM", "SECURITY", 4))  # by category
PLANT_LEVELS, PLANT_TARGET = "2112102", 3
SCOPE = "Order to delivery at Northfield and Eastmere, with the systems of the head office that serve them."
REASONS = {
    "A.5": "Customers ask for it in their contracts.",
    "A.6": "Everybody who works here touches what is in scope.",
    "A.7": "Both sites are in scope.",
}
LEFT_OUT = {"A.8.30": "Nobody develops software for us.", "A.8.4": "We hold no source code of our own."}
NOTES = {
    "GV.OV-03": "The two leaders look at it each month from the new year on.",
    "GV.SC-04": "The list of suppliers comes with the new contract system.",
    "PR.AA-03": "Keys instead of codes first where money moves.",
    "PR.IR-01": "Line control gets a gateway of its own in spring.",
    "ID.RA-08": "A mailbox and a page; nobody is named for it yet.",
}


def happenings(people: Mapping[str, User], tree: Mapping[str, Unit]) -> list[Event]:
    """All of it, each on its day."""
    return [
        Event(ADDED, BEFORE_ALL_ELSE, _begin),
        Event(OPENED, AFTER_ALL_ELSE, lambda: _open(people, tree)),
        Event(RATED, AFTER_ALL_ELSE, lambda: _rate(people)),
        Event(SETTLED, AFTER_ALL_ELSE, lambda: _settle(people)),
        Event(LAPSED, AFTER_ALL_ELSE, settling.lapse_objections),
        Event(RATED_ANEW, AFTER_ALL_ELSE, lambda: _rate(people, anew=True)),
        Event(LAPSED_ANEW, AFTER_ALL_ELSE, settling.lapse_objections),
        Event(ASKED_LATELY, AFTER_ALL_ELSE, lambda: _ask_once_more(people)),
        Event(STATED, AFTER_ALL_ELSE, lambda: _state(people, tree)),
        Event(PLANT_RATED, AFTER_ALL_ELSE, lambda: _rate_plant(people, tree)),
        *(Event(int(row["days_ago"]), AFTER_ALL_ELSE, _Answer(row, people)) for row in sources.table("answers")),
    ]


def _begin() -> None:
    with pghistory.context(actor=None):
        frameworks.add_shipped()


def _open(people: Mapping[str, User], tree: Mapping[str, Unit]) -> None:
    marta = people["marta"]
    with acting(marta):
        whole = profiles.open_one(_current("nist-csf"), tree["company"], actor=marta)
        profiles.set_tiers(whole, actor=marta, version=None, current_tier=2, target_tier=3)
    for row in sources.table("practices"):
        leader = people["idris" if row["owner"] == "IT" else "marta"]  # an office gives its say away itself
        for practice in _of_category(row["category"]):
            note = NOTES.get(practice.requirement.identifier, "")
            with acting(leader):
                profiles.aim(practice, actor=leader, version=None, owner=row["owner"], target_level=int(row["target"]), note=note)


def _rate(people: Mapping[str, User], anew: bool = False) -> None:
    """Each office by its leader, blind where both own it; the second time where something moved."""
    for row in sources.table("practices"):
        columns = ("it_now", "security_now") if anew else ("it", "security")
        for place, practice in enumerate(_of_category(row["category"])):
            told = [_at(row[column], place) for column in columns]
            if practice.offices_differ:  # whoever says otherwise now moves
                known = rounds.newest_by_office(practice.round)
                speaking = [known[office].level != int(level) for (office, _name), level in zip(SPEAKERS, told, strict=True)]
                speaking[1] = speaking[1] and not speaking[0]
            else:
                speaking = [not anew or any(level and int(level) != practice.current_level for level in told)] * 2
            for (office, leader), level, speaks in zip(SPEAKERS, told, speaking, strict=True):
                if level and speaks:
                    with acting(people[leader]):
                        ratings.rate(practice, office, int(level), actor=people[leader], reason=MOVED if anew else "")


def _at(levels: str, place: int) -> str:
    """The level said of one practice; "" where none was."""
    return levels[place].replace("-", "") if place < len(levels) else ""


def _settle(people: Mapping[str, User]) -> None:
    """Where the two differed they mostly met; on two they would rather talk."""
    differing = [one for one in _all() if one.round is not None and one.round.state == "DIFFERENT"]
    for number, practice in enumerate(differing):
        marta, idris = people["marta"], people["idris"]
        if number % 4 == 3:
            with acting(marta):
                settling.keep_mine(practice, "The second site does it as well since spring.", actor=marta)
            if number < 8:
                with acting(idris):
                    settling.talk(practice, actor=idris)
        else:
            with acting(idris if number % 2 else marta):
                settling.take_theirs(practice, actor=idris if number % 2 else marta)


def _ask_once_more(people: Mapping[str, User]) -> None:
    """What waits on the last days: two that one leader has rated, and two of one office that the other may still answer."""
    for category, office, level in LATELY:
        practice = next(one for one in _of_category(category) if one.round is not None and one.round.state == "SETTLED")
        leader = people[dict(SPEAKERS)[office]]
        with acting(leader):
            ratings.rate(practice, office, level, actor=leader, reason=MOVED)


def _rate_plant(people: Mapping[str, User], tree: Mapping[str, Unit]) -> None:
    marta, idris = people["marta"], people["idris"]
    with acting(people["dana"]):
        plant = profiles.open_one(_current("iec-62443-3-3"), tree["northfield"], actor=people["dana"])
    for practice, told in zip(plant.practices.order_by("requirement__place"), PLANT_LEVELS, strict=True):
        with acting(idris):
            aimed = profiles.aim(practice, actor=idris, version=None, owner="IT", target_level=PLANT_TARGET, note="")
        with acting(marta):
            ratings.rate(aimed, "IT", int(told), actor=marta)


def _state(people: Mapping[str, User], tree: Mapping[str, Unit]) -> None:
    """A draft: three themes decided, technology not yet."""
    idris = people["idris"]
    with acting(idris):
        draft = statements.open_one(_current("iso-27001"), tree["company"], actor=idris)
        draft = statements.set_scope(draft, SCOPE, actor=idris)
    with acting(people["sade"]):
        _decide(draft, people)


def _decide(draft: Any, people: Mapping[str, User]) -> None:
    sade = people["sade"]
    answered = set(ControlMapping.objects.confirmed().values_list("requirement__identifier", flat=True))
    for line in draft.lines.select_related("requirement__parent").order_by("requirement__place"):
        identifier = line.requirement.identifier
        why = REASONS.get(line.requirement.parent.identifier)
        if identifier in LEFT_OUT:
            statements.decide(line, actor=sade, version=None, is_applicable=False, reason=LEFT_OUT[identifier])
        elif why is not None:
            status = "PARTLY" if identifier in answered else "PLANNED"
            owner = people["henri"] if identifier.startswith("A.7") else sade
            statements.decide(line, actor=sade, version=None, is_applicable=True, reason=why, status=status, owner=owner)


class _Answer:
    """One control is mapped to what it answers."""

    def __init__(self, row: Mapping[str, str], people: Mapping[str, User]):
        self.row, self.people = row, people

    def __call__(self) -> None:
        control = Control.objects.get(name=self.row["control"])
        for told in self.row["answers"].replace("FR ", "FR_").split():
            key, identifier, how = told.split(":")
            requirement = Requirement.objects.get(framework=_current(key), identifier=identifier.replace("_", " "))
            with acting(self.people["dana"]):
                mappings.add(control, requirement, how, actor=self.people["dana"])


def _of_category(category: str) -> list[Practice]:
    return [one for one in _all() if one.requirement.parent.identifier == category]


def _all() -> list[Practice]:
    """Those of the CSF, as they stand."""
    rows = Practice.objects.filter(profile__framework__key="nist-csf")
    return list(rows.select_related("requirement__parent", "profile", "round").order_by("requirement__place"))


def _current(key: str) -> Any:
    return Framework.objects.get(key=key, state=Framework.State.CURRENT)
