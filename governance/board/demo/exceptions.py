"""What Verrow permits for now: a table of authority, and six exceptions, one of them past its day."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from governance.board.demo.events import Event
from portal import clock
from portal.people import organisations
from portal.people.models import User
from portal.signing import signatures
from risks import authority, exceptions
from risks.models import Risk, RiskException

AFTER_ALL_ELSE = 4000
TABLE_DAYS_AGO, SECOND_SIGNATURE_DAYS_AGO = 262, 261


@dataclass(frozen=True)
class Permitted:
    """One exception: proposed so many days ago, lasting until so many days from the demo's first day."""

    risk: str
    kind: str
    title: str
    by: str
    proposed_days_ago: int
    ends_in_days: int
    said: dict[str, str] = field(default_factory=dict)
    unsigned: frozenset[str] = frozenset()  # offices that have not signed yet


PERMITTED = (
    Permitted(
        "Production recipes altered unnoticed",
        "POLICY_EXCEPTION",
        "Shared sign-ins on operator panels",
        "jonas",
        118,
        5,
        {
            "reason_kind": "TIME",
            "reason": "The panels of both lines know one sign-in only; those that know people arrive with the new line control.",
            "compensating_control": "The line hall is locked at night, and the shift leader signs the recipe log.",
        },
    ),
    Permitted(
        "Dock scanners keep factory passwords",
        "POLICY_EXCEPTION",
        "Factory passwords on the dock scanners",
        "priya",
        196,
        -9,
        {
            "reason_kind": "TECHNICAL",
            "reason": "The scanners forget any other password when their battery is changed.",
            "compensating_control": "They stand in a network of their own that reaches nothing but the warehouse system.",
        },
    ),
    Permitted(
        "Historian loses a month of quality data",
        "RISK_ACCEPTANCE",
        "One copy of the quality data until the new historian",
        "jonas",
        75,
        106,
        {
            "reason_kind": "COST",
            "reason": "A second historian for five months costs more than measuring a month again.",
            "compensating_control": "The line keeps the last seven days itself.",
        },
    ),
    Permitted(
        "Supplier invoice paid twice",
        "RISK_ACCEPTANCE",
        "What is paid twice, until invoices arrive in one way",
        "rosa",
        58,
        120,
        {
            "reason_kind": "COST",
            "reason": "Most of it comes back; a tool that matches invoices would cost more than what is lost.",
            "compensating_control": "Accounts compare both numbers before the monthly run.",
        },
    ),
    Permitted(
        "Badge reader supplier stops support",
        "RISK_ACCEPTANCE",
        "Badge readers without support until the doors are renewed",
        "henri",
        40,
        143,
        {
            "reason_kind": "BUSINESS",
            "reason": "The doors are renewed with the hall in spring; until then nothing else fits their frames.",
            "compensating_control": "Four spare readers lie at the gate.",
        },
    ),
    Permitted(
        "Cloud locked after loss of admin accounts",
        "RISK_ACCEPTANCE",
        "Three admin accounts until the emergency accounts are tested",
        "priya",
        3,
        60,
        {
            "reason_kind": "TIME",
            "reason": "The emergency accounts are made, but nobody has tried them with the provider's support yet.",
            "compensating_control": "The three admins never travel together, and their keys lie in two safes.",
        },
        unsigned=frozenset({"CISO"}),
    ),
)


def happenings(people: dict[str, User]) -> list[Event]:
    """All of it, each on its day."""
    marta, idris = people["marta"], people["idris"]
    events = [
        Event(TABLE_DAYS_AGO, AFTER_ALL_ELSE, lambda: _sign(authority.propose(authority.OFFERED, actor=marta), marta)),
        Event(SECOND_SIGNATURE_DAYS_AGO, AFTER_ALL_ELSE, lambda: _sign(authority.proposed(), idris)),
    ]
    for one in PERMITTED:
        events.append(Event(one.proposed_days_ago, AFTER_ALL_ELSE, _Propose(one, people)))
        events.append(Event(one.proposed_days_ago - 1, AFTER_ALL_ELSE, _Sign(one)))
        if one.ends_in_days < 0:
            events.append(Event(-one.ends_in_days - 1, AFTER_ALL_ELSE, exceptions.expire))
    return events


class _Propose:
    def __init__(self, one: Permitted, people: dict[str, User]):
        self.one, self.people = one, people

    def __call__(self) -> None:
        one = self.one
        last = organisations.today() + timedelta(days=one.proposed_days_ago + one.ends_in_days)
        risk, by = Risk.objects.get(title=one.risk), self.people[one.by]
        exceptions.propose(risk, one.kind, actor=by, title=one.title, ends_on=last, owner=by, **one.said)


class _Sign:
    """Everybody who is asked signs it, but those who have not yet."""

    def __init__(self, one: Permitted):
        self.one = one

    def __call__(self) -> None:
        exception = RiskException.objects.get(title=self.one.title)
        while (found := signatures.standing(exception)).missing:
            able = {office: person for office, person in signatures.able(found).items() if office not in self.one.unsigned}
            if not able:
                return
            _sign(exception, User.objects.get(pk=next(iter(able.values()))))


def _sign(subject: Any, person: User) -> None:
    signatures.sign(subject, actor=person, factor_at=clock.now())
