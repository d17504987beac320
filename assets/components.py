"""Take in what a system is made of: whole or not at all, the same list twice changes nothing, a newer one shows the difference."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import transaction

from assets import authority
from assets.discovery.readers import cyclonedx
from assets.discovery.readers.cyclonedx import Bill, Part
from assets.errors import Archived
from assets.models import Asset, Component, ComponentList
from portal import clock
from portal.record import audit

Change = Component.Change
COLUMNS = ["kind", "name", "publisher", "versions", "versions_before", "change", "archived_at"]


@dataclass(frozen=True)
class Intake:
    """`is_new` False: this very list is the one in force."""

    listing: ComponentList
    is_new: bool


def take_in(stream: BinaryIO, asset: Asset, *, actor: Any, file_name: str = "") -> Intake:
    """Raises NoBillOfMaterials with nothing stored, Archived, OutOfReach."""
    return _stored(cyclonedx.read(stream), asset, actor, file_name)


def newest(asset: Asset) -> ComponentList | None:
    return asset.component_lists.select_related("imported_by").order_by("-pk").first()


@transaction.atomic
def _stored(bill: Bill, asset: Asset, actor: Any, file_name: str) -> Intake:
    asset = Asset.objects.select_for_update(of=["self"]).select_related("unit").get(pk=asset.pk)
    authority.require(actor, "assets.change_asset", asset.unit)
    if asset.archived_at is not None:
        raise Archived(asset)
    before = newest(asset)
    if before is not None and before.sha256 == bill.sha256:
        return Intake(before, is_new=False)
    known = {row.key: row for row in asset.components.all()}
    parts = {part.key: part for part in bill.parts}
    rows = [_row(asset, part, known.get(key), is_first=before is None) for key, part in parts.items()]
    gone = [row for key, row in known.items() if key not in parts]
    left = [row for row in gone if row.archived_at is None]
    for row in gone:
        row.change = Change.GONE if row in left else Change.NONE
        row.archived_at = row.archived_at or clock.now()
    Component.objects.bulk_update([*(row for row in rows if row.pk), *gone], COLUMNS, batch_size=500)
    Component.objects.bulk_create([row for row in rows if not row.pk], batch_size=1000)
    listing = ComponentList.objects.create(
        asset=asset,
        spec_version=bill.spec_version,
        sha256=bill.sha256,
        file_name=file_name[:255],
        component_count=len(parts),
        added_count=sum(row.change == Change.ADDED for row in rows),
        changed_count=sum(row.change == Change.CHANGED for row in rows),
        gone_count=len(left),
        imported_by=actor,
    )
    counts = {"components": len(parts), "added": listing.added_count, "changed": listing.changed_count, "gone": listing.gone_count}
    audit.record(actor, "asset.components-taken-in", asset, counts)
    return Intake(listing, is_new=True)


def _row(asset: Asset, part: Part, known: Component | None, *, is_first: bool) -> Component:
    """Of the first list nothing is new: there is none before it."""
    row = known or Component(asset=asset, key=part.key)
    versions = ", ".join(part.versions)[:300]
    if known is None or known.archived_at is not None:
        row.change, row.versions_before = (Change.NONE if is_first else Change.ADDED), ""
    elif known.versions != versions:
        row.change, row.versions_before = Change.CHANGED, known.versions
    else:
        row.change, row.versions_before = Change.NONE, ""
    row.kind, row.name, row.publisher, row.versions, row.archived_at = part.kind, part.name, part.publisher, versions, None
    return row
