"""What was taken for a known asset and is none: it becomes an asset of its own, and the other gets back what it lost."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from assets import authority, identifiers, inventory
from assets.discovery.settling import COLUMN_OF, Rung
from assets.errors import Archived, KnownByNothingElse, NotMatched
from assets.models import Asset, Observation, Proposal
from portal.record import audit

SPLIT, SPLIT_OFF = "asset.split", "asset.split-off"
MATCHED = frozenset({Proposal.Kind.CHANGED, Proposal.Kind.CONFLICT})


def may_be(proposal: Proposal) -> bool:
    """Whether it was accepted as being an asset that stood there already."""
    return proposal.state == Proposal.State.ACCEPTED and proposal.kind in MATCHED and proposal.asset_id is not None


@transaction.atomic
def split(proposal: Proposal, *, actor: Any) -> Asset:
    """The new asset, known by all that was seen of it. The other one is known by the rest, and says again what it said before
    where nobody changed it since. NotMatched, Archived, KnownByNothingElse, OutOfReach."""
    rows = Proposal.objects.select_for_update(of=["self"]).select_related("run__unit", "observation")
    proposal = rows.get(pk=proposal.pk)
    authority.require(actor, "assets.settle_discovery", proposal.run.unit)
    if not may_be(proposal) or proposal.observation is None:
        raise NotMatched(proposal)
    asset = Asset.objects.select_for_update(of=["self"]).select_related("unit").get(pk=proposal.asset_id)
    authority.require(actor, "assets.change_asset", asset.unit)
    if asset.archived_at is not None:
        raise Archived(asset)
    seen = frozenset((rung, value) for rung, value in proposal.observation.identifiers)
    held = frozenset(asset.identifiers.values_list("rung", "value"))
    kept = (held - seen) | _lost(asset, proposal, seen)
    if not kept:
        raise KnownByNothingElse(asset)
    identifiers.drop(asset.pk, held & seen)
    _give_back(asset, proposal, kept, actor)
    (own,) = inventory.register_many([_row(proposal.observation, asset)], actor=actor, cause=SPLIT_OFF)
    identifiers.give({own.pk: seen}, reader=actor)
    Observation.objects.filter(asset=asset, digest=proposal.observation.digest).update(asset=own)
    proposal.asset, proposal.kind, proposal.rung, proposal.version = own, Proposal.Kind.NEW, "", proposal.version + 1
    proposal.save(update_fields=["asset", "kind", "rung", "version"])
    audit.record(actor, SPLIT, asset, {"into": own.pk, "proposal": proposal.pk})
    return own


def _lost(asset: Asset, proposal: Proposal, seen: identifiers.Known) -> identifiers.Known:
    """By what the asset was known before it followed this proposal, unless another one is known by it meanwhile."""
    if proposal.kind != Proposal.Kind.CHANGED:
        return frozenset()
    before = {(rung, value) for rung in Rung.values for value in proposal.changes.get(rung, ([], []))[0]} - seen
    taken = {pair for pair, holders in identifiers.owners(before).items() if holders - {asset.pk}}
    return frozenset(before - taken)


def _give_back(asset: Asset, proposal: Proposal, kept: identifiers.Known, actor: Any) -> None:
    """First what it said, then by what it is known: the columns follow from that."""
    fields = {name: _first(kept, rung) for rung, name in COLUMN_OF.items() if getattr(asset, name) not in _of(kept, rung)}
    if proposal.kind == Proposal.Kind.CHANGED:
        told = {name: both for name, both in proposal.changes.items() if name in inventory.DISCOVERED and name not in fields}
        fields |= {name: before for name, (before, after) in told.items() if getattr(asset, name) == after}
    if any(rung == Rung.SERIAL for rung, __ in identifiers.of_columns(asset) - kept):
        fields.setdefault("serial_number", "")
    inventory.change(asset, actor=actor, version=None, cause=SPLIT, **fields)
    identifiers.give({asset.pk: kept}, reader=actor)


def _row(seen: Observation, asset: Asset) -> Mapping[str, Any]:
    """The asset that an observation describes, in the unit of the one it was taken for."""
    told = {name: value for name, value in {**seen.guesses, **seen.fields}.items() if name in inventory.DISCOVERED}
    told |= {name: _first(seen.identifiers, rung) for rung, name in COLUMN_OF.items()}
    told |= {"name": seen.name[:200], "unit": asset.unit, "services": seen.services, "last_seen_at": seen.observed_at}
    told["kind"] = kind if (kind := told.get("kind")) in Asset.Kind.values else asset.kind
    return told | {"told_by": {name: seen.run.source for name in inventory.TOLD if told.get(name)}}


def _of(known: Iterable[tuple[str, str]], rung: str) -> list[str]:
    return sorted(value for kind, value in known if kind == rung)


def _first(known: Iterable[tuple[str, str]], rung: str) -> Any:
    """The value of a column; none where nothing of that rung is left."""
    return next(iter(_of(known, rung)), None if rung == Rung.IP else "")
