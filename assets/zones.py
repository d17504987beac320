"""Zones, conduits, and what crosses without one."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from assets import authority
from assets.errors import AlreadyConnected, ChangedMeanwhile, StillInZone, ZoneArchived
from assets.models import Asset, Conduit, Dependency, Zone
from assets.signals import assets_changed
from portal import clock
from portal.errors import Invalid
from portal.people.models import Unit
from portal.record import audit

CHANGE = "assets.change_asset"
WRITABLE = frozenset(
    {"name", "unit", "purdue_level", "purpose", "target_level", "achieved_level", "is_safety", "is_personal", "networks"}
)
MOST_FAULTS = 200


@dataclass(frozen=True)
class Crossing:
    """A dependency from one zone to another that no conduit lets through."""

    dependency: Dependency
    first: Zone  # that of the dependent asset
    second: Zone


@transaction.atomic
def register(*, actor: Any, name: str, unit: Unit, purdue_level: str, **fields: Any) -> Zone:
    """Invalid by field, OutOfReach."""
    authority.require(actor, CHANGE, unit)
    zone = _checked(Zone(name=name, unit=unit, purdue_level=purdue_level, registered_by=actor, **_writable(fields)))
    zone.save()
    audit.record(actor, "zone.registered", zone)
    return zone


@transaction.atomic
def change(zone: Zone, *, actor: Any, version: int | None, **fields: Any) -> Zone:
    """A zone that is renamed takes its assets along. ChangedMeanwhile, ZoneArchived, OutOfReach, Invalid by field."""
    zone = _locked(zone, actor)
    if version is not None and version != zone.version:
        raise ChangedMeanwhile(zone)
    before = {name: getattr(zone, name) for name in _writable(fields)}
    for name, value in fields.items():
        setattr(zone, name, value)
    authority.require(actor, CHANGE, zone.unit)
    _checked(zone)
    changed = sorted(name for name, value in before.items() if getattr(zone, name) != value)
    if changed:
        zone.version += 1
        zone.save(update_fields=[*changed, "version"])
        audit.record(actor, "zone.changed", zone, {"fields": changed})
    if "name" in changed:
        _take_along(before["name"], zone.name, actor)
    return zone


@transaction.atomic
def archive(zone: Zone, *, actor: Any) -> Zone:
    """The zone is used no more, and its conduits end. ZoneArchived, StillInZone while assets name it."""
    zone = _locked(zone, actor)
    count = Asset.objects.current().filter(zone__iexact=zone.name).count()
    if count:
        raise StillInZone(zone, count)
    for conduit in Conduit.objects.select_for_update(of=["self"]).current().filter(Q(first=zone) | Q(second=zone)):
        _end(conduit, actor)
    zone.archived_at, zone.version = clock.now(), zone.version + 1
    zone.save(update_fields=["archived_at", "version"])
    audit.record(actor, "zone.archived", zone)
    return zone


@transaction.atomic
def connect(one: Zone, other: Zone, may_cross: str, *, actor: Any) -> Conduit:
    """From now on `may_cross` may cross between the two. Invalid, AlreadyConnected, ZoneArchived."""
    if one.pk == other.pk:
        sentence = _("A conduit lies between two zones. Choose another one.")
        raise Invalid(sentence, fields={"second": [sentence]})
    told = " ".join(may_cross.replace("\x00", "").split())[:200]
    if not told:
        sentence = _("Say what may cross, such as OPC UA from the historian.")
        raise Invalid(sentence, fields={"may_cross": [sentence]})
    first, second = sorted((one, other), key=lambda zone: zone.pk)
    first, second = _locked(first, actor, reach=False), _locked(second, actor, reach=False)
    authority.require(actor, CHANGE, one.unit)
    if Conduit.objects.current().filter(first=first, second=second).exists():
        raise AlreadyConnected
    conduit = Conduit.objects.create(first=first, second=second, may_cross=told, recorded_by=actor)
    audit.record(actor, "conduit.recorded", conduit, {"first": first.pk, "second": second.pk})
    return conduit


@transaction.atomic
def disconnect(conduit: Conduit, *, actor: Any) -> Conduit:
    """Nothing may cross there any more. Nothing happens to one that ended already."""
    conduit = Conduit.objects.select_for_update(of=["self"]).select_related("first__unit").get(pk=conduit.pk)
    authority.require(actor, CHANGE, conduit.first.unit)
    if conduit.archived_at is None:
        _end(conduit, actor)
    return conduit


def crossings(user: Any) -> Sequence[Crossing]:
    """Faults: dependencies that `user` may open, between registered zones that no conduit joins. Three queries."""
    zones = {zone.name.casefold(): zone for zone in Zone.objects.current()}
    joined = {frozenset(pair) for pair in Conduit.objects.current().values_list("first", "second")}
    rows = Dependency.objects.visible_to(user).current().exclude(dependent__zone="").exclude(supporting__zone="")
    rows = rows.filter(dependent__archived_at=None, supporting__archived_at=None).select_related("dependent", "supporting")
    found = []
    for row in rows.order_by("pk").iterator(1000):
        first, second = zones.get(row.dependent.zone.casefold()), zones.get(row.supporting.zone.casefold())
        if first and second and first.pk != second.pk and frozenset((first.pk, second.pk)) not in joined:
            found.append(Crossing(row, first, second))
            if len(found) == MOST_FAULTS:
                break
    return found


def counts(user: Any) -> dict[str, int]:
    """How many current assets that `user` may open name each zone, by the name in small letters."""
    found: dict[str, int] = {}
    for name, count in Asset.objects.visible_to(user).current().exclude(zone="").values_list("zone").annotate(n=Count("pk")):
        found[name.casefold()] = found.get(name.casefold(), 0) + count
    return found


def _take_along(old: str, new: str, actor: Any) -> None:
    """Assets name their zone: each that names it is changed, so that whoever had it open, or follows the log, hears of it."""
    named = Asset.objects.select_for_update(of=["self"]).current().filter(zone__iexact=old).exclude(zone=new)
    ids = list(named.order_by("pk").values_list("pk", flat=True))
    Asset.objects.filter(pk__in=ids).update(zone=new, version=F("version") + 1)
    audit.record_many(actor, "asset.changed", "asset", ((pk, {"fields": ["zone"]}) for pk in ids))
    assets_changed.send(Asset, asset_ids=ids, cause="asset.changed")


def _end(conduit: Conduit, actor: Any) -> None:
    conduit.archived_at, conduit.version = clock.now(), conduit.version + 1
    conduit.save(update_fields=["archived_at", "version"])
    audit.record(actor, "conduit.ended", conduit)


def _locked(zone: Zone, actor: Any, *, reach: bool = True) -> Zone:
    zone = Zone.objects.select_for_update(of=["self"]).select_related("unit").get(pk=zone.pk)
    if reach:
        authority.require(actor, CHANGE, zone.unit)
    if zone.archived_at is not None:
        raise ZoneArchived(zone)
    return zone


def _writable(fields: dict[str, Any]) -> dict[str, Any]:
    strange = set(fields) - WRITABLE
    if strange:
        raise TypeError(f"not fields of a zone: {sorted(strange)}")
    return dict(fields)


def _networks(told: Sequence[str]) -> list[str]:
    found = []
    for text in told:
        try:
            found.append(str(ipaddress.ip_network(str(text).strip(), strict=False)))
        except ValueError:
            sentence = _("“%(text)s” is no network. Write it like 10.20.1.0/24.") % {"text": str(text)[:60]}
            raise Invalid(sentence, fields={"networks": [sentence]}) from None
    return list(dict.fromkeys(found))


def _checked(zone: Zone) -> Zone:
    zone.name, zone.networks = " ".join(zone.name.split()), _networks(zone.networks)
    try:
        zone.clean_fields(exclude=("unit", "registered_by"))
    except ValidationError as error:
        fields = {name: [str(one) for one in sentences] for name, sentences in error.message_dict.items()}
        raise Invalid(next(iter(fields.values()))[0], fields=fields) from None
    if Zone.objects.current().filter(name__iexact=zone.name).exclude(pk=zone.pk).exists():
        sentence = _("There is a zone of this name already. Open that one.")
        raise Invalid(sentence, fields={"name": [sentence]})
    return zone
