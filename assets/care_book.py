"""The page of coverage and care: what is looked after, and what is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min

from assets import filters, owners
from assets.models import Asset, OwnersWanted
from assets.owners import Likely
from portal.people import organisations
from portal.people.models import Unit, User
from portal.web import shown

SHOWN = 50


@dataclass(frozen=True)
class Waiting:
    """An asset without an owner, and whom one may think of."""

    asset: Asset
    likely: Likely | None
    due_word: str
    due_tone: str


@dataclass(frozen=True)
class Group:
    """How many wait in one unit, the first of them until when, and who was asked to name owners."""

    unit_id: int
    unit: str
    count: int
    first_due_on: date | None
    asked: User | None
    is_asked: bool  # False in the minute before the question goes out


@dataclass(frozen=True)
class Book:
    groups: Sequence[Group]
    rows: Sequence[Waiting]
    unit: int | None  # below which it looks

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)


def read(user: Any, unit: int | None) -> Book:
    """What waits for an owner, below `unit` where one is named. At most five queries."""
    rows = Asset.objects.visible_to(user).current().unowned()
    if unit is not None:
        rows = rows.filter(Unit.objects.below([unit], "unit"))
    counted = rows.values("unit", "unit__name").annotate(n=Count("pk"), first=Min("owner_due_on")).order_by("first", "unit__path")
    found = list(counted)
    wanted = OwnersWanted.objects.visible_to(user).current().filter(unit__in=[row["unit"] for row in found])
    asked = {row.unit_id: row for row in wanted.select_related("asked")} if found else {}
    groups = [_group(row, asked) for row in found]
    return Book(groups, waiting(rows, user) if found else [], unit)


def waiting(rows: Any, user: Any) -> list[Waiting]:
    """Those of `rows` that are due first, the most critical of them before others. Two queries."""
    first = list(rows.select_related("unit").annotate(level=filters.LEVEL).order_by("owner_due_on", "-level", "pk")[:SHOWN])
    likely, today = owners.likely(first, user) if first else {}, organisations.today()
    return [_waiting(asset, likely.get(asset.pk), today) for asset in first]


def _waiting(asset: Asset, likely: Likely | None, today: date) -> Waiting:
    due = asset.owner_due_on
    return Waiting(asset, likely, shown.due_word(due, today) if due else "", shown.due_tone(due, today) if due else "")


def _group(row: Mapping[str, Any], asked: Mapping[int, OwnersWanted]) -> Group:
    wanted = asked.get(row["unit"])
    return Group(
        unit_id=row["unit"],
        unit=row["unit__name"],
        count=row["n"],
        first_due_on=row["first"],
        asked=wanted.asked if wanted else None,
        is_asked=wanted is not None,
    )
