"""What people do with proposals: accept, so that the inventory follows; ignore, with a reason, so that nobody asks again."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from assets import authority, identifiers, inventory
from assets.discovery import precedence, vanishing
from assets.errors import AlreadySettled, NoLongerTrue, NoReasonGiven, Undecided
from assets.models import Asset, Observation, Proposal
from portal import clock
from portal.record import audit

Rung = identifiers.Identifier.Rung
COLUMN_OF = {Rung.FQDN.value: "fqdn", Rung.IP.value: "ip_address", Rung.MAC.value: "mac_address"}
LONGEST_REASON = 300
FOLLOWED = "asset.followed-discovery"
NEW = Proposal.Kind.NEW


@transaction.atomic
def accept(proposals: Iterable[Proposal], *, actor: Any, choices: Mapping[int, int | None] | None = None) -> list[Proposal]:
    """Let the inventory follow these proposals, all or none.

    `choices` tells for a conflict (by its id) which asset it is, None for a new one. Raises AlreadySettled, NoLongerTrue,
    Undecided, and whatever the inventory refuses.
    """
    open_ones = _locked(proposals, actor)
    choices = choices or {}
    for one in open_ones:
        if one.kind == Proposal.Kind.CONFLICT and (one.pk not in choices or choices[one.pk] not in (None, *one.contenders)):
            raise Undecided(one)
    ranks = precedence.ranking()
    _accept_new([one for one in open_ones if one.kind == NEW], actor)
    for one in open_ones:
        if one.kind == Proposal.Kind.CHANGED:
            _accept_changed(one, actor, ranks)
        elif one.kind == Proposal.Kind.VANISHED:
            if one.asset.last_seen_at and one.asset.last_seen_at > (one.run.scanned_at or one.run.created_at):
                raise NoLongerTrue(one)  # another source, or a later look, has seen it since
            inventory.archive(one.asset, actor=actor, cause="asset.vanished")
        elif one.kind == Proposal.Kind.CONFLICT:
            _accept_conflict(one, choices[one.pk], actor, ranks)
    return _settled(open_ones, Proposal.State.ACCEPTED, "proposal.accepted", actor)


@transaction.atomic
def ignore(proposals: Iterable[Proposal], *, actor: Any, reason: str) -> list[Proposal]:
    """Leave the inventory as it is; the same question is not asked again. NoReasonGiven, AlreadySettled."""
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise NoReasonGiven
    open_ones = _locked(proposals, actor)
    for one in open_ones:
        one.reason = reason
    return _settled(open_ones, Proposal.State.IGNORED, "proposal.ignored", actor)


def _locked(proposals: Iterable[Proposal], actor: Any) -> list[Proposal]:
    rows = Proposal.objects.select_for_update(of=["self"]).select_related("run__unit", "observation", "asset__unit")
    found = list(rows.filter(pk__in=[one.pk for one in proposals]).order_by("pk"))
    authority.require(actor, "assets.settle_discovery", *{one.run.unit for one in found})
    for one in found:
        if one.state != Proposal.State.OPEN:
            raise AlreadySettled(one)
    return found


def _settled(proposals: list[Proposal], state: str, verb: str, actor: Any) -> list[Proposal]:
    for one in proposals:
        one.state, one.settled_by, one.settled_at, one.version = state, actor, clock.now(), one.version + 1
    Proposal.objects.bulk_update(proposals, ["state", "settled_by", "settled_at", "version", "reason", "asset"], batch_size=500)
    seen = [one.observation for one in proposals if one.observation and one.asset_id and state == Proposal.State.ACCEPTED]
    for one in proposals:
        if one.observation and one.asset_id:
            one.observation.asset_id = one.asset_id
    Observation.objects.bulk_update(seen, ["asset"], batch_size=500)
    if seen:
        inventory.confirm_declared({one.asset_id for one in seen})
    rows = ((one.pk, {"run": one.run_id, "kind": one.kind, "asset": one.asset_id}) for one in proposals)
    audit.record_many(actor, verb, "discovery-proposal", rows)
    for source in {one.run.source for one in proposals}:
        vanishing.close_settled(source)
    return proposals


def _identifiers(proposal: Proposal) -> identifiers.Known:
    return frozenset((rung, value) for rung, value in proposal.observation.identifiers)


def _accept_new(proposals: list[Proposal], actor: Any) -> None:
    """Register them, but for those that another run's proposal registered meanwhile."""
    wanted = {one.pk: _identifiers(one) for one in proposals}
    identifiers.serialise(pair for known in wanted.values() for pair in known)
    taken = identifiers.owners(pair for known in wanted.values() for pair in known)
    holding = {pk for holders in taken.values() for pk in holders}
    seen = holding if actor is None else set(Asset.objects.visible_to(actor).filter(pk__in=holding).values_list("pk", flat=True))
    fresh = []
    for one in proposals:
        strong = {pk for pair in wanted[one.pk] if pair[0] != Rung.IP for pk in taken.get(pair, ())}
        holders = strong or {pk for pair in wanted[one.pk] for pk in taken.get(pair, ())}
        if len(holders) > 1 or holders - seen:
            raise NoLongerTrue(one)
        if holders:
            one.asset_id = holders.pop()
        else:
            fresh.append(one)
    assets = inventory.register_many([_row(one) for one in fresh], actor=actor, cause="asset.discovered")
    for one, asset in zip(fresh, assets, strict=True):
        one.asset = asset
    identifiers.give({one.asset_id: wanted[one.pk] for one in proposals if one.asset_id}, reader=actor)


def _row(proposal: Proposal) -> dict[str, Any]:
    """The new asset that a proposal describes."""
    seen = {name: after for name, (_, after) in proposal.changes.items()}
    kind = seen.pop("kind", "")
    row: dict[str, Any] = {name: value for name, value in seen.items() if name in inventory.DISCOVERED}
    row |= {COLUMN_OF[rung]: seen[rung][0] for rung in COLUMN_OF if seen.get(rung)}
    return row | {
        "told_by": {name: proposal.run.source for name in precedence.FIELDS if row.get(name)},
        "name": proposal.observation.name[:200],
        "kind": kind if kind in Asset.Kind.values else Asset.Kind.ENDPOINT,
        "unit": proposal.run.unit,
        "last_seen_at": proposal.observation.observed_at or proposal.run.created_at,
    }


def _accept_changed(proposal: Proposal, actor: Any, ranks: precedence.Ranking) -> None:
    asset = Asset.objects.select_for_update(of=["self"]).get(pk=proposal.asset_id)
    held: dict[str, set[str]] = {}
    for one in asset.identifiers.all():
        held.setdefault(one.rung, set()).add(one.value)
    for name, (before, _) in proposal.changes.items():
        now = sorted(held.get(name, ())) if name in Rung.values else getattr(asset, name)
        if now != (sorted(before) if name in Rung.values else before):
            raise NoLongerTrue(proposal)
    _apply(asset, proposal.changes, actor, proposal.run.source, ranks)


def _heard(asset: Asset, fields: Mapping[str, Any], source: str, ranks: precedence.Ranking) -> dict[str, Any]:
    """What of `fields` the source may write, by the order that holds now: it may have been set after the run was read."""
    kept = ranks.kept_from(source, {name: getattr(asset, name) for name in precedence.FIELDS}, asset.told_by)
    return {name: value for name, value in fields.items() if name not in kept}


def _apply(asset: Asset, changes: Mapping[str, list[Any]], actor: Any, source: str, ranks: precedence.Ranking) -> None:
    """Fields first, then identifiers: what moved here is taken from whoever had it, if it is an address."""
    fields = _heard(asset, {name: after for name, (_, after) in changes.items() if name in inventory.DISCOVERED}, source, ranks)
    for rung, (before, after) in changes.items():
        if rung in Rung.values:
            identifiers.drop(asset.pk, ((rung, value) for value in before if value not in after))
            gained = frozenset((rung, value) for value in after if value not in before)
            if rung == Rung.IP:
                identifiers.take_over(asset.pk, gained)
            else:
                identifiers.give({asset.pk: gained}, reader=actor)
        if rung in COLUMN_OF and getattr(asset, COLUMN_OF[rung]) not in after:
            fields[COLUMN_OF[rung]] = next(value for value in after if value not in before)
    inventory.change(asset, actor=actor, version=None, cause=FOLLOWED, source_told=source, **fields)


def _accept_conflict(proposal: Proposal, asset_id: int | None, actor: Any, ranks: precedence.Ranking) -> None:
    """Whichever it is, the others lose what they were known by."""
    losing = Asset.objects.select_related("unit").filter(pk__in=proposal.contenders)
    authority.require(actor, "assets.change_asset", *{one.unit for one in losing})
    known = _identifiers(proposal)
    if asset_id is None:
        row = _row(proposal)
        identifiers.serialise(known)
        for pair, holders in identifiers.owners(known).items():
            for holder in holders:
                identifiers.drop(holder, [pair])
        (proposal.asset,) = inventory.register_many([row], actor=actor, cause="asset.discovered")
    else:
        proposal.asset = Asset.objects.visible_to(actor).current().get(pk=asset_id)
        stated = {*proposal.observation.fields, "services"}
        fields = {name: after for name, (_, after) in proposal.changes.items() if name in stated}
        fields, source = _heard(proposal.asset, fields, proposal.run.source, ranks), proposal.run.source
        inventory.change(proposal.asset, actor=actor, version=None, cause=FOLLOWED, source_told=source, **fields)
    identifiers.take_over(proposal.asset_id, known)
