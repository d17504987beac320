"""What current assets are known by: kept beside the inventory's own columns, each value one asset's, addresses excepted."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from assets.discovery import candidate as spelling
from assets.errors import TakenIdentifier
from assets.models import Asset, Identifier

Known = frozenset[tuple[str, str]]  # (rung, value)

# The field of a form in which a taken value is told.
NO_MAC = _("This is no MAC address. Write it like 00:1b:1b:9f:20:01, or leave it empty.")
FIELD_OF = {"OWN_ID": "external_id", "SERIAL": "serial_number", "MAC": "mac_address", "FQDN": "fqdn", "IP": "ip_address"}


def of_columns(asset: Asset) -> Known:
    """What the columns of `asset` say it is known by."""
    found = spelling.distinct(
        spelling.serial(asset.vendor, asset.serial_number),
        spelling.mac(asset.mac_address),
        spelling.fqdn(asset.fqdn),
        spelling.ip(asset.ip_address or ""),
    )
    return frozenset((one.kind.value, one.value) for one in found)


def serialise(known: Iterable[tuple[str, str]]) -> None:
    """Let only one transaction at a time give out each of these; addresses may be shared and are left out."""
    names = sorted({f"{rung} {value}" for rung, value in known if rung != Identifier.Rung.IP})
    if names:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) WITH ORDINALITY AS n(name, place)",
                [names],
            )


def owners(known: Iterable[tuple[str, str]]) -> dict[tuple[str, str], frozenset[int]]:
    """Which current assets are known by which of these. One query."""
    wanted = set(known)
    found: dict[tuple[str, str], set[int]] = {}
    rows = Identifier.objects.filter(value__in={value for __, value in wanted}, asset__archived_at=None)
    for rung, value, asset_id in rows.values_list("rung", "value", "asset_id"):
        if (rung, value) in wanted:
            found.setdefault((rung, value), set()).add(asset_id)
    return {key: frozenset(ids) for key, ids in found.items()}


def give(by_asset: Mapping[int, Known], *, reader: Any = None) -> None:
    """Let these assets be known by these as well. Raises TakenIdentifier where another current asset is, which is named only
    where `reader` may open it."""
    serialise(pair for known in by_asset.values() for pair in known)
    taken = owners(pair for known in by_asset.values() for pair in known)
    for asset_id, known in by_asset.items():
        for rung, value in sorted(known):
            others = taken.get((rung, value), frozenset()) - {asset_id}
            if others and rung != Identifier.Rung.IP:
                named = Asset.objects.visible_to(reader).filter(pk__in=others).values_list("number", flat=True).first()
                raise TakenIdentifier(FIELD_OF[rung], value, named)
    rows = [Identifier(asset_id=pk, rung=rung, value=value) for pk, known in by_asset.items() for rung, value in sorted(known)]
    Identifier.objects.bulk_create(rows, batch_size=2000, ignore_conflicts=True)


def drop(asset_id: int, known: Iterable[tuple[str, str]]) -> None:
    """Let an asset no longer be known by these."""
    for rung, value in known:
        Identifier.objects.filter(asset_id=asset_id, rung=rung, value=value).delete()


def take_over(asset_id: int, known: Known) -> list[int]:
    """Give these to one asset and take them from every other current one; the ids of those that lost something."""
    serialise(known)
    losers: set[int] = set()
    for pair, holders in owners(known).items():
        for loser in holders - {asset_id}:
            drop(loser, [pair])
            losers.add(loser)
    give({asset_id: known})
    return sorted(losers)
