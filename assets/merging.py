"""Two assets that are one: its names for discovery, what leans on what, and open proposals go over."""

from typing import Any

from assets import authority, counting, criticality
from assets.models import Asset, Dependency, ExploitedMatch, Identifier, Proposal
from assets.signals import assets_changed
from portal import clock
from portal.talk.moves import Moves

ENDS = (("dependent_id", "supporting_id"), ("supporting_id", "dependent_id"))


def check(survivor: Asset, merged: Asset, actor: Any) -> None:
    """Raises OutOfReach where one of them stands in a unit of others."""
    authority.require(actor, "assets.change_asset", survivor.unit, merged.unit)


def move(survivor: Asset, merged: Asset, moves: Moves) -> None:
    """A dependency that would lean on itself, or stands already, ends; apps above move what they hang on assets (`also`)."""
    moves.set_unless_there(Identifier.objects.filter(asset=merged), "asset_id", survivor.pk, ("rung", "value"))
    for end, other in ENDS:
        rows = Dependency.objects.current().filter(**{end: merged.pk})
        moves.set(rows.filter(**{other: survivor.pk}), archived_at=clock.now())
        moves.set_unless_there(
            Dependency.objects.current().filter(**{end: merged.pk}), end, survivor.pk, (other, "kind", "archived_at")
        )
        moves.set(Dependency.objects.current().filter(**{end: merged.pk}), archived_at=clock.now())
    moves.set(Proposal.objects.filter(asset=merged, state=Proposal.State.OPEN), asset_id=survivor.pk)
    matches = ExploitedMatch.objects.filter(asset=merged)
    confirmed = list(matches.filter(state=ExploitedMatch.State.CONFIRMED).values_list("cve", flat=True))
    own = ExploitedMatch.objects.filter(asset=survivor, cve__in=confirmed)
    moves.set(own.exclude(state=ExploitedMatch.State.CONFIRMED), state=ExploitedMatch.State.CONFIRMED)
    moves.set_unless_there(matches, "asset_id", survivor.pk, ("cve",))
    for function in _also:
        function(survivor, merged, moves)


def after(survivor: Asset, merged: Asset) -> None:
    """Totals, criticality, and whoever hears of changed assets."""
    present = Asset(archived_at=None, kind=merged.kind, owner_id=merged.owner_id, unit=merged.unit)
    gone = merged.archived_at is not None
    counting.totals.move(counting.counted(present) if gone else None, None if gone else counting.counted(present))
    leaning = Dependency.objects.filter(dependent__in=[survivor, merged]).values_list("supporting", flat=True)
    reached = criticality.renew(sorted({survivor.pk, merged.pk, *leaning}))
    assets_changed.send(Asset, asset_ids=sorted({survivor.pk, merged.pk, *reached}), cause="asset.merged")


_also: list = []


def also(function: Any) -> None:
    """`function(survivor, merged, moves)` of an app above moves what it hangs on assets. Once, in ready()."""
    _also.append(function)
