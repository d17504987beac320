"""What Verrow has planned for the weeks to come: a freeze at the turn of the quarter, windows and a release, and one clash."""

from datetime import datetime, time, timedelta
from typing import Any

from assets.discovery import permits
from assets.models import Asset, Zone
from governance.board.demo.events import Event
from governance.board.demo.times import ZONE, acting
from governance.change import clashes, planned_changes
from governance.change.models import Initiative
from portal.people import organisations
from portal.people.models import Unit, User

AFTER_ALL_ELSE = 6500
PLANNED_DAYS_AGO = 8
# kind, title, unit, owner, assets, begins in so many days from then at that hour, for so many hours, for which initiative
PLANNED = (
    ("FREEZE", "Stocktaking: nothing changes in Eastmere", "eastmere", "lena", (), 33, 0, 120, "", "Counting runs day and night."),
    (
        "RELEASE",
        "Order portal goes to the first ten dealers",
        "sales",
        "tomas",
        ("portal",),
        15,
        7,
        3,
        "Order portal for dealers",
        "",
    ),
    (
        "PATCH",
        "Sign-in and gateway patched",
        "it",
        "priya",
        ("identity", "net-vpn"),
        13,
        20,
        4,
        "",
        "Nobody reaches the plants meanwhile.",
    ),
    (
        "PATCH",
        "Historian of Eastmere patched",
        "eastmere",
        "jonas",
        ("hist-e",),
        11,
        18,
        5,
        "",
        "Runs stop being recorded for an hour.",
    ),
    (
        "TEST",
        "Restore of both plants tried",
        "it",
        "priya",
        ("hist-e", "backup"),
        11,
        20,
        6,
        "Backups of both plants kept apart",
        "",
    ),
    ("TEST", "Second line of the gateway tried", "security", "sade", ("net-vpn",), 20, 9, 4, "", ""),
)


def happenings(people: dict[str, User], tree: dict[str, Unit], known: dict[str, Asset]) -> list[Event]:
    """All of it, each on its day."""
    return [
        *(Event(PLANNED_DAYS_AGO, AFTER_ALL_ELSE, lambda one=one: _plan(one, people, tree, known)) for one in PLANNED),
        Event(PLANNED_DAYS_AGO - 1, AFTER_ALL_ELSE, lambda: _permit(people)),
        Event(1, AFTER_ALL_ELSE, clashes.look),
    ]


def _plan(one: Any, people: dict[str, User], tree: dict[str, Unit], known: dict[str, Asset]) -> None:
    kind, title, unit, owner, assets, days, hour, hours, initiative, note = one
    begins = _at(days, hour)
    with acting(people[owner]):
        planned_changes.plan(
            actor=people[owner],
            kind=kind,
            title=title,
            unit=tree[unit],
            owner=people[owner],
            assets=[known[key] for key in assets],
            starts_at=begins,
            ends_at=begins + timedelta(hours=hours),
            initiative=Initiative.objects.filter(title=initiative).first(),
            note=note,
        )


def _permit(people: dict[str, User]) -> None:
    """The robots' zone may be scanned one morning; somebody of the plant stands by."""
    begins, zone = _at(16, 6), Zone.objects.get(name="Z-6")
    with acting(people["jonas"]):
        scope = "All robots, one port at a time"
        permits.grant(
            zone, actor=people["jonas"], starts_at=begins, ends_at=begins + timedelta(hours=3), scope=scope, contact=people["lena"]
        )


def _at(days: int, hour: int) -> datetime:
    return datetime.combine(organisations.today() + timedelta(days=days), time(hour), ZONE)
