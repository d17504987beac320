"""What assets add to the kept totals, by unit and everything above it."""

from collections.abc import Iterable, Mapping, Sequence

from assets.models import Asset
from portal.people.models import Unit
from portal.record import totals

Counted = tuple[Sequence[int], Mapping[str, int]] | None


def counted(asset: Asset) -> Counted:
    """Scopes and measures of one asset; None where it is archived and counts nowhere."""
    if asset.archived_at is not None:
        return None
    measures = {"assets.current": 1, f"assets.kind.{asset.kind}": 1}
    if asset.owner_id is None:
        measures["assets.unowned"] = 1
    return asset.unit.lineage, measures


def added(assets: Iterable[Asset]) -> None:
    """New assets, summed before they are written: an import of thousands is a handful of rows."""
    sums: dict[tuple[int, str], int] = {}
    for asset in assets:
        scopes, measures = counted(asset) or ((), {})
        for scope in scopes:
            for measure, amount in measures.items():
                sums[scope, measure] = sums.get((scope, measure), 0) + amount
    totals.add((scope, measure, amount) for (scope, measure), amount in sums.items())


def moved(unit: Unit, lost: Sequence[int], gained: Sequence[int]) -> None:
    """What is counted in `unit` and below leaves the totals of `lost` and joins those of `gained`."""
    counted_there = totals.read(unit.pk, prefix="assets.")
    totals.add((scope, measure, -amount) for scope in lost for measure, amount in counted_there.items())
    totals.add((scope, measure, amount) for scope in gained for measure, amount in counted_there.items())


def recount() -> dict[tuple[int, str], int]:
    """Every total of this app from the rows themselves: what the kept ones must equal."""
    sums: dict[tuple[int, str], int] = {}
    for asset in Asset.objects.current().select_related("unit").iterator(2000):
        scopes, measures = counted(asset) or ((), {})
        for scope in scopes:
            for measure, amount in measures.items():
                sums[scope, measure] = sums.get((scope, measure), 0) + amount
    return sums
