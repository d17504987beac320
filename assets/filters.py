"""Which assets a list shows: what the address asks, and the counts beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, SmallIntegerField, TextField, Value
from django.db.models.functions import Cast, Coalesce, Greatest

from assets.models import Asset
from assets.models.asset import PURDUE_LEVELS
from portal.people import access, organisations
from portal.people.models import Unit
from portal.record import totals
from portal.told import row_key
from portal.web import listing
from portal.web.listing import Order

ORDERS = {
    "name": Order("name", "name"),
    "number": Order("number", "id"),
    "-criticality": Order("-criticality", "level", descending=True),
    "-new": Order("-new", "id", descending=True),
}
LEVEL = Coalesce(
    Greatest("effective_confidentiality", "effective_integrity", "effective_availability", "effective_safety"),
    Value(0),
    output_field=SmallIntegerField(),
)


@dataclass(frozen=True)
class Wanted:
    """The filters of the inventory; what the address says wrongly is left out."""

    q: str = ""
    kind: str = ""
    unit: int | None = None
    units: tuple[int, ...] = ()  # several at once: the scope of whoever works in two places
    owner: str = ""  # "me", "none" or an id
    purdue: str = ""
    new_since: date | None = None
    criticality: int | None = None  # at least this
    state: str = ""  # "archived", else current ones

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> "Wanted":
        owner = params.get("owner", "")
        return cls(
            q=params.get("q", "").replace("\x00", "").strip()[:200],
            kind=params.get("kind", "") if params.get("kind") in Asset.Kind.values else "",
            unit=row_key(params.get("unit", "")),
            units=_numbers(params.get("units", "")),
            owner=owner if owner in ("me", "none") or row_key(owner) else "",
            purdue=params.get("purdue", "") if params.get("purdue") in dict(PURDUE_LEVELS) else "",
            new_since=_day(params.get("new_since", "")),
            criticality=level if (level := row_key(params.get("criticality", ""))) in (1, 2, 3, 4, 5) else None,
            state="archived" if params.get("state") == "archived" else "",
        )


def assets(user: Any, wanted: Wanted) -> QuerySet[Asset]:
    """The assets that `user` may open and `wanted` asks for, each with its `level`."""
    found = Asset.objects.visible_to(user).annotate(level=LEVEL, address=Cast("ip_address", TextField()))
    found = found.exclude(archived_at=None) if wanted.state else found.current()
    conditions = Q()
    if wanted.kind:
        conditions &= Q(kind=wanted.kind)
    for units in filter(None, ([wanted.unit] if wanted.unit else [], wanted.units)):
        conditions &= Unit.objects.below(units, "unit")
    if wanted.owner:
        conditions &= {"me": Q(owner=user), "none": Q(owner=None)}.get(wanted.owner) or Q(owner=int(wanted.owner))
    if wanted.purdue:
        conditions &= Q(purdue_level=wanted.purdue)
    if wanted.new_since:
        conditions &= Q(registered_at__gte=organisations.morning(wanted.new_since))
    if wanted.criticality:
        conditions &= Q(level__gte=wanted.criticality)
    return found.filter(conditions & words(wanted.q))


def words(text: str) -> Q:
    """Every word somewhere in what an asset is called or known by."""
    found = Q()
    for word in text.split():
        found &= (
            Q(name__icontains=word)
            | Q(number__istartswith=word)
            | Q(fqdn__icontains=word)
            | Q(vendor__icontains=word)
            | Q(product__icontains=word)
            | Q(mac_address__istartswith=word)
            | Q(address__startswith=word)
        )
    return found


def counts(user: Any) -> dict[str, int]:
    """The figures of the tabs over all current assets that `user` may open: kept totals of the units they work for, and
    what they own elsewhere."""
    grants = access.grants(user)
    kept = totals.read(*_reach(grants), prefix="assets.")
    owned = list(Asset.objects.visible_to(user).current().filter(owner=user).values_list("kind", "unit__path"))
    elsewhere = [kind for kind, path in owned if not grants.reaches(path)]
    plant = Asset.Kind.OT_DEVICE
    return {
        "all": kept.get("assets.current", 0) + len(elsewhere),
        "mine": len(owned),
        "none": kept.get("assets.unowned", 0),
        "plant": kept.get(f"assets.kind.{plant}", 0) + elsewhere.count(plant),
    }


def _reach(grants: access.Grants) -> list[int]:
    """The units at the top of what somebody sees; none contains another."""
    if grants.everywhere:
        return list(Unit.objects.filter(parent=None).values_list("pk", flat=True))
    return [int(path.strip("/").split("/")[-1]) for path in grants.unit_paths]


def heads(params: Any, order: Order) -> dict[str, dict[str, str]]:
    """What the heads of the sortable columns need, by the name of the order without its sign."""
    columns = {name.lstrip("-"): one for name, one in ORDERS.items()}
    return {
        name: {"url": listing.address(params, sort=one.name), "direction": one.direction if one == order else ""}
        for name, one in columns.items()
    }


def _numbers(text: str) -> tuple[int, ...]:
    found = [row_key(part) for part in text.split(",")[:20]]
    return tuple(one for one in found if one is not None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
