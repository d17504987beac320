"""What Verrow pays for IT and security: two monitoring tools became one, and one more thing is paid for twice."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from governance.board.demo.events import Event
from governance.board.demo.times import acting
from governance.change import ledger
from governance.change.models import Saving, SpendLine
from portal.people import organisations
from portal.people.models import Unit, User
from risks.models import Risk

AFTER_ALL_ELSE = 6600
NOTED, ACCEPTED, ENDED, CONFIRMED, TIED = 191, 150, 62, 50, 19  # days ago
DOLLAR = Decimal("0.92")


@dataclass(frozen=True)
class Paid:
    """One contract; money a year. `renews` in so many days from the demo's first day, `notice` before it."""

    vendor: str
    product: str
    capability: str
    unit: str
    paid_by: str
    owner: str
    cost: str
    serves: str = ""
    contract: str = ""
    renews: int | None = None
    notice: int | None = None
    dollars: str = ""  # as the contract has it, at DOLLAR of the day


PAID = (
    Paid("Halden Software", "Watchtower", "Monitoring", "company", "IT", "priya", "86400.00", "", "HS-2217", 190, 60),
    Paid("Sentra", "Lens for networks", "Monitoring", "company", "SECURITY", "sade", "61250.00", "", "SE-0091", None, None),
    Paid("Corvane", "Log collection", "Log collection", "company", "SECURITY", "sade", "112000.00", "", "CV-14", 74, 30),
    Paid("Corvane", "Storage for logs", "Log storage", "it", "IT", "priya", "38500.00", "SECURITY", "CV-15", 74, 30),
    Paid(
        "Ostrava Controls", "Firewalls of both plants", "Plant firewalls", "company", "SECURITY", "jonas", "54000.00", "IT", "OC-7"
    ),
    Paid("Keyhold", "Sign-in for everybody", "Sign-in", "company", "IT", "priya", "97200.00", "", "KH-330", 260, 90),
    Paid("Keyhold", "Hardware keys of administrators", "Sign-in keys", "it", "SECURITY", "sade", "6480.00", "IT", "KH-331"),
    Paid("Tarn Backup", "Backups of offices and plants", "Backup", "company", "IT", "priya", "73900.00", "", "TB-5", 118, 60),
    Paid("Nordvault", "Locked copies of plant data", "Backup", "eastmere", "SECURITY", "sade", "29800.00", "", "NV-2", 51, 14),
    Paid(
        "Aldgate",
        "Endpoint protection",
        "Endpoint protection",
        "company",
        "SECURITY",
        "sade",
        "88300.00",
        "",
        "AG-18",
        330,
        90,
        "95978.26",
    ),
)


def happenings(people: dict[str, User], tree: dict[str, Unit]) -> list[Event]:
    """All of it, each on its day."""
    return [
        Event(NOTED, AFTER_ALL_ELSE, lambda: _note(people, tree)),
        Event(ACCEPTED, AFTER_ALL_ELSE, lambda: _accept(people)),
        Event(ENDED, AFTER_ALL_ELSE, lambda: _end(people["priya"])),
        Event(CONFIRMED, AFTER_ALL_ELSE, lambda: _confirm(people["viktor"])),
        Event(TIED, AFTER_ALL_ELSE, lambda: _tie(people["sade"])),
    ]


def _note(people: dict[str, User], tree: dict[str, Unit]) -> None:
    begun = organisations.today() + timedelta(days=NOTED)
    for one in PAID:
        by = people["priya" if one.paid_by == "IT" else "dana"]
        with acting(by):
            ledger.note(
                actor=by,
                vendor=one.vendor,
                product=one.product,
                capability=one.capability,
                unit=tree[one.unit],
                paid_by=one.paid_by,
                serves=one.serves,
                owner=people[one.owner],
                contract=one.contract,
                yearly_cost=Decimal(one.cost),
                **_in_dollars(one.dollars),
                renews_on=None if one.renews is None else begun + timedelta(days=one.renews),
                notice_days=one.notice,
            )


def _in_dollars(told: str) -> dict[str, Any]:
    if not told:
        return {}
    return {"original_cost": Decimal(told), "currency": "USD", "rate": DOLLAR, "rated_on": organisations.today()}


def _tie(actor: User) -> None:
    """Locked copies are there for what would stop the plants longest."""
    with acting(actor):
        risk = Risk.objects.get(title="Ransomware reaches Northfield line control")
        ledger.change(SpendLine.objects.get(product="Locked copies of plant data"), actor=actor, risk=risk)


def _watchtower() -> SpendLine:
    return SpendLine.objects.get(product="Watchtower")


def _accept(people: dict[str, User]) -> None:
    """The dearer of two that watch the same is to end; security's watches for both from then on."""
    with acting(people["marta"]):
        ledger.accept(_watchtower(), actor=people["marta"])
    with acting(people["sade"]):
        ledger.change(
            SpendLine.objects.get(product="Lens for networks"), actor=people["sade"], product="Lens for networks and servers"
        )


def _end(actor: User) -> None:
    with acting(actor):
        ledger.end(_watchtower(), actor=actor)


def _confirm(actor: User) -> None:
    """Less than the line cost: the other one is a little dearer since it watches for both."""
    with acting(actor):
        ledger.confirm(Saving.objects.get(), Decimal("79900.00"), actor=actor)
