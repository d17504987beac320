"""Register, change and archive what we have."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from assets import authority, counting, criticality, dependencies, identifiers, kinds
from assets.errors import Archived, ChangedMeanwhile, MergedAway, NotArchived, NotOfThisKind
from assets.exploited import rules as exploited_rules
from assets.models import Asset, SourceOrder
from assets.signals import assets_changed
from portal import clock
from portal.errors import Invalid
from portal.people import organisations, working_days
from portal.people.models import Unit
from portal.record import audit, numbers
from portal.talk.models import Merge

OWN = tuple(f"own_{aspect}" for aspect in criticality.ASPECTS)
# What people and integrations may write; everything else follows from it.
WRITABLE = frozenset(
    [
        "name",
        "kind",
        "description",
        "unit",
        "owner",
        "location",
        "vendor",
        "product",
        "version_in_use",
        "serial_number",
        "fqdn",
        "ip_address",
        "mac_address",
        "operating_system",
        "purdue_level",
        "zone",
        "is_safety_relevant",
        "reachability",
        "data_classification",
        "support_ends_on",
        "recovery_time_hours",
        "recovery_point_hours",
        "protocols",
        "lifecycle",
        "supplier",
        "source",
        "external_id",
        *OWN,
    ]
)
TOLD = frozenset(SourceOrder.Field.values)  # what a source may state
# Discovery alone writes these besides.
DISCOVERED = WRITABLE | {"services", "last_seen_at", "told_by"}
REFERENCES = ("unit", "owner", "registered_by", "supplier")
OWNER_WITHIN = 10  # working days in which somebody is named who answers for it


def register(*, actor: Any, name: str, kind: str, unit: Unit, **fields: Any) -> Asset:
    """One new asset with its number, identifiers and totals. Invalid by field; TakenIdentifier."""
    return register_many([{"name": name, "kind": kind, "unit": unit, **fields}], actor=actor)[0]


def declare(*, actor: Any, name: str, kind: str, unit: Unit, **fields: Any) -> Asset:
    """One that does not exist yet, as an initiative means to bring it: discovery confirms it once it is seen, by what it is known
    by. Invalid by field; TakenIdentifier."""
    row = {"name": name, "kind": kind, "unit": unit, **fields, "lifecycle": Asset.Lifecycle.DECLARED}
    return register_many([row], actor=actor, cause="asset.declared")[0]


def confirm_declared(asset_ids: Iterable[int]) -> list[int]:
    """Those of `asset_ids` that were only declared are there now, for somebody or something saw them; the ids of these."""
    found = Asset.objects.current().filter(pk__in=list(asset_ids), lifecycle=Asset.Lifecycle.DECLARED).order_by("pk")
    for asset in found:
        change(asset, actor=None, version=None, cause="asset.confirmed", lifecycle=Asset.Lifecycle.IN_USE)
    return [asset.pk for asset in found]


@transaction.atomic
def register_many(rows: Iterable[Mapping[str, Any]], *, actor: Any, cause: str = "asset.registered") -> list[Asset]:
    """New assets, all or none, in a handful of statements."""
    rows = list(rows)
    authority.require(actor, "assets.change_asset", *{row["unit"] for row in rows})
    assets = [
        checked(Asset(**_writable(row), number=number, registered_by=actor))
        for row, number in zip(rows, numbers.draw("A", len(rows)), strict=True)
    ]
    due_on = owner_due_on() if any(one.owner_id is None for one in assets) else None
    for asset in assets:
        asset.owner_due_on = due_on if asset.owner_id is None else None
        criticality.begin(asset)
    Asset.objects.bulk_create(assets, batch_size=1000)
    identifiers.give({asset.pk: identifiers.of_columns(asset) for asset in assets}, reader=actor)
    criticality.paths_of_new(assets)
    counting.added(assets)
    audit.record_many(actor, cause, "asset", ((one.pk, {"number": one.number, "kind": one.kind}) for one in assets))
    if any(one.version_in_use for one in assets):
        exploited_rules.follow([one.pk for one in assets], actor=actor)
    _announce([one.pk for one in assets], cause)
    return assets


@transaction.atomic
def change(
    asset: Asset, *, actor: Any, version: int | None, cause: str = "asset.changed", source_told: str = "", **fields: Any
) -> Asset:
    """Change `fields` if nobody saved since `version` (None: whatever it is now); `source_told` names the source whose word they
    are, people's otherwise. ChangedMeanwhile, Archived, Invalid."""
    asset = _locked(asset)
    authority.require(actor, "assets.change_asset", asset.unit)
    if version is not None and version != asset.version:
        raise ChangedMeanwhile(asset)
    asset, changed = _changed(asset, actor, cause, fields, source_told)
    if "unit" in changed:
        authority.require(actor, "assets.change_asset", asset.unit)
    return asset


@transaction.atomic
def hand_over(asset: Asset, owner: Any, *, actor: Any) -> Asset:
    """`owner` answers for it from now on, because its owner leaves; `leaving` has checked who says so. Archived."""
    return _changed(_locked(asset), actor, "asset.handed_over", {"owner": owner})[0]


def _locked(asset: Asset) -> Asset:
    return Asset.objects.select_for_update(of=["self"]).select_related("unit").get(pk=asset.pk)


def _changed(asset: Asset, actor: Any, cause: str, fields: Mapping[str, Any], source_told: str = "") -> tuple[Asset, list[str]]:
    if asset.archived_at is not None:
        raise Archived(asset)
    before = {name: getattr(asset, name) for name in _writable(fields)}
    counted, known = counting.counted(asset), identifiers.of_columns(asset)
    for name, value in fields.items():
        setattr(asset, name, value)
    checked(asset)
    changed = sorted(name for name, value in before.items() if getattr(asset, name) != value)
    if not changed:
        return asset, changed
    asset.version += 1
    asset.told_by = _told_by(asset, changed, source_told)
    if "owner" in changed:
        asset.owner_due_on = owner_due_on() if asset.owner_id is None else None
    asset.save(update_fields=[*changed, "told_by", "owner_due_on", "version"])
    _renew_identifiers(asset, known, actor)
    counting.totals.move(counted, counting.counted(asset))
    audit.record(actor, cause, asset, {"fields": changed})
    reached = criticality.renew([asset.pk]) if set(OWN).intersection(changed) else []
    if {"vendor", "product", "version_in_use"}.intersection(changed):
        exploited_rules.follow([asset.pk], actor=actor)
    _announce([asset.pk, *reached], cause)
    asset.refresh_from_db()
    return asset, changed


@transaction.atomic
def archive(asset: Asset, *, actor: Any, version: int | None = None, cause: str = "asset.archived") -> Asset:
    """Take an asset out of use; its row, its history and what was recorded about it stay. Archived, ChangedMeanwhile."""
    asset = _locked(asset)
    authority.require(actor, "assets.change_asset", asset.unit)
    if asset.archived_at is not None:
        raise Archived(asset)
    if version is not None and version != asset.version:
        raise ChangedMeanwhile(asset)
    counted = counting.counted(asset)
    asset.archived_at, asset.version = clock.now(), asset.version + 1
    asset.save(update_fields=["archived_at", "version"])
    counting.totals.move(counted, None)
    audit.record(actor, cause, asset)
    reached = dependencies.end_all_of(asset)
    _announce([asset.pk, *reached], cause)
    return asset


@transaction.atomic
def restore(asset: Asset, *, actor: Any) -> Asset:
    """Bring an archived asset back with its identifiers, and with the dependencies that ended with it and whose other end is still
    there. NotArchived, MergedAway, TakenIdentifier where another one is known by the same meanwhile."""
    asset = _locked(asset)
    authority.require(actor, "assets.change_asset", asset.unit)
    if asset.archived_at is None:
        raise NotArchived(asset)
    if Merge.objects.filter(kind="asset", merged_id=asset.pk, ended_at=None).exists():
        raise MergedAway(asset)
    ended_at = asset.archived_at
    known = frozenset(asset.identifiers.values_list("rung", "value"))
    identifiers.give({asset.pk: known}, reader=actor)
    asset.archived_at, asset.version = None, asset.version + 1
    asset.owner_due_on = owner_due_on() if asset.owner_id is None else None
    asset.save(update_fields=["archived_at", "owner_due_on", "version"])
    counting.totals.move(None, counting.counted(asset))
    audit.record(actor, "asset.restored", asset)
    supporting = dependencies.bring_back(asset, ended_at)
    exploited_rules.follow([asset.pk], actor=actor)
    reached = criticality.renew([asset.pk, *supporting])
    _announce([asset.pk, *reached], "asset.restored")
    asset.refresh_from_db()
    return asset


def owner_due_on() -> date:
    """Until when whatever has no owner from today on is to have one."""
    return working_days.after(organisations.today(), OWNER_WITHIN)


def _writable(fields: Mapping[str, Any]) -> dict[str, Any]:
    strange = set(fields) - DISCOVERED
    if strange:
        raise TypeError(f"not fields of an asset: {sorted(strange)}")
    return dict(fields)


def checked(asset: Asset) -> Asset:
    """The asset with its addresses in one spelling. Raises Invalid by field; references are checked by the database."""
    if asset.mac_address:
        asset.mac_address = identifiers.spelling.hardware_address(asset.mac_address) or asset.mac_address
        if identifiers.spelling.hardware_address(asset.mac_address) is None:
            sentence = identifiers.NO_MAC
            raise Invalid(sentence, fields={"mac_address": [sentence]})
    asset.fqdn = identifiers.spelling.host_name(asset.fqdn)
    try:
        asset.clean_fields(exclude=REFERENCES)
    except ValidationError as error:
        fields = {name: [str(one) for one in sentences] for name, sentences in error.message_dict.items()}
        raise Invalid(next(iter(fields.values()))[0], fields=fields) from None
    if strangers := kinds.strangers(asset):
        raise NotOfThisKind(strangers, asset.get_kind_display())
    return asset


def _told_by(asset: Asset, changed: Iterable[str], source: str) -> dict[str, str]:
    """Whose word each field is, once `source` said the changed ones; people where it is none."""
    told = {name: before for name, before in asset.told_by.items() if name not in changed}
    return told | {name: source for name in changed if source and name in TOLD}


def _renew_identifiers(asset: Asset, before: identifiers.Known, actor: Any) -> None:
    now = identifiers.of_columns(asset)
    if now != before:
        identifiers.drop(asset.pk, before - now)
        identifiers.give({asset.pk: now - before}, reader=actor)


def _announce(asset_ids: list[int], cause: str) -> None:
    assets_changed.send(Asset, asset_ids=sorted(set(asset_ids)), cause=cause)
