"""How Verrow answers to its frameworks: two profiles, rated twice, and what its controls answer."""

from collections.abc import Mapping
from typing import Any

import pghistory

from governance.board.demo import sources
from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.compliance import frameworks, mappings, profiles, statements
from governance.compliance.models import ControlMapping, Framework, Practice, Requirement
from portal.people.models import Unit, User
from risks.models import Control

BEFORE_ALL_ELSE, AFTER_ALL_ELSE = -1, 4500
ADDED, OPENED, RATED, RATED_ANEW, PLANT_RATED, STATED = 266, 264, 262, 34, 96, 21
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
        Event(RATED, AFTER_ALL_ELSE, lambda: _rate(people, "it", "security")),
        Event(RATED_ANEW, AFTER_ALL_ELSE, lambda: _rate(people, "it_now", "security_now")),
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


def _rate(people: Mapping[str, User], it: str, security: str) -> None:
    """Each office by its leader; the second time only what moved."""
    for row in sources.table("practices"):
        for column, before, office, leader in ((it, "it", "IT", "marta"), (security, "security", "SECURITY", "idris")):
            for practice, told, first in zip(_of_category(row["category"]), row[column], row[before], strict=False):
                if told != "-" and (column == before or told != first):
                    with acting(people[leader]):
                        profiles.rate(practice, office, int(told), actor=people[leader])


def _rate_plant(people: Mapping[str, User], tree: Mapping[str, Unit]) -> None:
    marta, idris = people["marta"], people["idris"]
    with acting(people["dana"]):
        plant = profiles.open_one(_current("iec-62443-3-3"), tree["northfield"], actor=people["dana"])
    for practice, told in zip(plant.practices.order_by("requirement__place"), PLANT_LEVELS, strict=True):
        with acting(idris):
            aimed = profiles.aim(practice, actor=idris, version=None, owner="IT", target_level=PLANT_TARGET, note="")
        with acting(marta):
            profiles.rate(aimed, "IT", int(told), actor=marta)


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
    rows = Practice.objects.filter(requirement__parent__identifier=category, profile__framework__key="nist-csf")
    return list(rows.select_related("requirement").order_by("requirement__place"))


def _current(key: str) -> Any:
    return Framework.objects.get(key=key, state=Framework.State.CURRENT)
