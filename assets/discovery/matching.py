"""Which candidate is which known asset, and what follows from it: a calculation without a database.

The identity ladder is own id, serial with vendor, MAC, FQDN, IP. The strongest rung that knows a candidate names the
asset, and the rung is kept with the proposal. Two rungs that name different assets make a conflict, with one exception:
addresses move between devices, so IP decides only where nothing stronger does, and never contradicts a stronger rung.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assets.discovery.candidate import Candidate, Identifier, IdentifierKind, Service

LADDER = tuple(IdentifierKind)
# A device has one of these at a time, so a single new value replaces a single old one; the others gather.
REPLACED = frozenset([IdentifierKind.FQDN, IdentifierKind.IP])


class ProposalKind(StrEnum):
    NEW = "NEW"
    CHANGED = "CHANGED"
    VANISHED = "VANISHED"
    CONFLICT = "CONFLICT"


class Reason(StrEnum):
    """Why a candidate could not be settled without a person."""

    AMBIGUOUS = "AMBIGUOUS"  # one identifier belongs to several assets
    RUNGS_DISAGREE = "RUNGS_DISAGREE"  # two rungs name different assets
    CONTRADICTED = "CONTRADICTED"  # known by a weak rung, while a stronger one holds another value
    SEEN_TWICE = "SEEN_TWICE"  # several candidates are the same asset, and this one brings something new
    ALIKE = "ALIKE"  # shares an identifier with another candidate of the same file


@dataclass(frozen=True)
class KnownAsset:
    """What the inventory holds of one asset; `expected` if the source saw it before and looked for it again. `told_by` says whose
    word its fields are, and `kept` which of them this source may not overwrite."""

    id: int
    identifiers: frozenset[Identifier] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    services: tuple[Service, ...] = ()
    expected: bool = False
    told_by: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    version: int = 0


@dataclass(frozen=True, order=True)
class Change:
    """One field that would change; identifiers and services are fields with several values."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """One thing for a person to settle; about a candidate, or about an asset that did not answer."""

    kind: ProposalKind
    candidate: Candidate | None = None
    asset_id: int | None = None
    rung: IdentifierKind | None = None
    changes: tuple[Change, ...] = ()
    contenders: tuple[int, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True)
class Identity:
    """The asset that a candidate is, and the rung that says so; `contenders` where that is open."""

    asset_id: int | None = None
    rung: IdentifierKind | None = None
    contenders: tuple[int, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True)
class Plan:
    """Every proposal in a fixed order, and the identity of each candidate by its key."""

    proposals: tuple[Proposal, ...]
    identities: Mapping[str, Identity]


def match(candidates: Iterable[Candidate], known: Iterable[KnownAsset]) -> Plan:
    """The plan that follows from `candidates`; neither their order nor that of `known` matters.

    Sightings with exactly the same identifiers count as one. Candidates without identifiers are left out: they could
    not be recognised the next time.
    """
    assets = {asset.id: asset for asset in known}
    owners = _owners(assets.values())
    sighted = {one.key: one for one in _merged(one for one in candidates if one.identifiers)}
    identities = {key: identify(one, owners, assets) for key, one in sighted.items()}
    proposals = [
        *_conflicts(sighted, identities),
        *_of_known(sighted, identities, assets),
        *_of_unknown(sighted, identities),
        *_vanished(assets.values(), identities.values()),
    ]
    return Plan(tuple(sorted(proposals, key=_place)), identities)


def identify(candidate: Candidate, owners: Mapping[Identifier, frozenset[int]], assets: Mapping[int, KnownAsset]) -> Identity:
    """Which of `assets` the candidate is, by the ladder."""
    named = []
    for rung in LADDER:
        hits = [owners[one] for one in candidate.identifiers if one.kind == rung and one in owners]
        if hits:
            named.append((rung, frozenset().union(*hits)))
    if not named:
        return Identity()
    rung, strongest = named[0]
    if len(strongest) > 1:
        return Identity(rung=rung, contenders=tuple(sorted(strongest)), reason=Reason.AMBIGUOUS)
    (asset_id,) = strongest
    disagreeing = [ids for lower, ids in named[1:] if lower != IdentifierKind.IP and asset_id not in ids]
    if disagreeing:
        contenders = tuple(sorted(strongest.union(*disagreeing)))
        return Identity(rung=rung, contenders=contenders, reason=Reason.RUNGS_DISAGREE)
    if _contradicted(candidate, assets[asset_id], rung):
        return Identity(rung=rung, contenders=(asset_id,), reason=Reason.CONTRADICTED)
    return Identity(asset_id=asset_id, rung=rung)


def differences(candidate: Candidate, known: KnownAsset) -> tuple[Change, ...]:
    """What `candidate` says otherwise than the inventory; what it does not mention is no difference."""
    changes = [
        Change(name, (known.fields[name],) if known.fields.get(name) else (), (value,))
        for name, value in candidate.fields.items()
        if value and value != known.fields.get(name) and name not in known.kept
    ]
    for kind in LADDER:
        seen, held = _values(candidate.identifiers, kind), _values(known.identifiers, kind)
        if not seen <= held:
            replaces = kind in REPLACED and len(seen) == len(held) == 1
            changes.append(Change(kind.value, tuple(sorted(held)), tuple(sorted(seen if replaces else seen | held))))
    changes += _service_changes(candidate, known)
    return tuple(sorted(changes))


def _owners(known: Iterable[KnownAsset]) -> dict[Identifier, frozenset[int]]:
    owners: dict[Identifier, set[int]] = defaultdict(set)
    for asset in known:
        for identifier in asset.identifiers:
            owners[identifier].add(asset.id)
    return {identifier: frozenset(ids) for identifier, ids in owners.items()}


def _contradicted(candidate: Candidate, known: KnownAsset, rung: IdentifierKind) -> bool:
    """Whether both hold values on a stronger rung; as that rung did not match, the values differ.

    A device gains network cards without becoming another one, so MAC addresses only contradict an IP address.
    """
    stronger = [kind for kind in LADDER[: LADDER.index(rung)] if kind != IdentifierKind.FQDN]
    if rung != IdentifierKind.IP:
        stronger = [kind for kind in stronger if kind != IdentifierKind.MAC]
    return any(_values(candidate.identifiers, kind) and _values(known.identifiers, kind) for kind in stronger)


def _values(identifiers: Iterable[Identifier], kind: IdentifierKind) -> frozenset[str]:
    return frozenset(one.value for one in identifiers if one.kind == kind)


def _merged(candidates: Iterable[Candidate], known: KnownAsset | None = None) -> list[Candidate]:
    """One candidate for each set of identifiers, or one in all where `known` says that they are the same device."""
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        groups[str(known.id) if known else one.key].append(one)
    return [_one_of(group, known) for group in groups.values()]


def _one_of(group: list[Candidate], known: KnownAsset | None) -> Candidate:
    if len(group) == 1:
        return group[0]
    group = sorted(group, key=lambda one: (one.name, one.services, sorted(one.fields.items()), one.key))
    stated: dict[str, str] = {}
    for one in reversed(group):
        stated.update(one.fields)
    if known:  # several faces of one device: a face that says what we know settles a field
        stated.update({k: v for one in group for k, v in one.fields.items() if known.fields.get(k) == v})
    guesses = {name: value for one in reversed(group) for name, value in one.guesses.items()}
    return replace(
        group[0],
        identifiers=tuple(sorted({identifier for one in group for identifier in one.identifiers})),
        fields=stated,
        guesses=guesses,
        services=tuple(sorted({service for one in group for service in one.services})),
    )


def _service_changes(candidate: Candidate, known: KnownAsset) -> list[Change]:
    if candidate.scan is None or not candidate.scan.ports:
        return []
    untried = [service for service in known.services if not candidate.scan.covers(service)]
    after = sorted({*candidate.services, *untried})
    if {(one.port, one.protocol) for one in after} == {(one.port, one.protocol) for one in known.services}:
        return []
    return [Change("services", tuple(map(str, sorted(known.services))), tuple(map(str, after)))]


def _conflicts(sighted: Mapping[str, Candidate], identities: Mapping[str, Identity]) -> list[Proposal]:
    return [
        Proposal(ProposalKind.CONFLICT, sighted[key], rung=found.rung, contenders=found.contenders, reason=found.reason)
        for key, found in identities.items()
        if found.contenders
    ]


def _of_known(
    sighted: Mapping[str, Candidate], identities: Mapping[str, Identity], assets: Mapping[int, KnownAsset]
) -> list[Proposal]:
    groups: dict[int, list[str]] = defaultdict(list)
    for key, found in identities.items():
        if found.asset_id is not None:
            groups[found.asset_id].append(key)
    proposals = []
    for asset_id, keys in groups.items():
        asset = assets[asset_id]
        alone = len(keys) == 1
        faces = sorted(key for key in keys if alone or asset.identifiers.issuperset(sighted[key].identifiers))
        proposals += [
            Proposal(
                ProposalKind.CONFLICT,
                sighted[key],
                rung=identities[key].rung,
                contenders=(asset_id,),
                reason=Reason.SEEN_TWICE,
            )
            for key in set(keys).difference(faces)
        ]
        for one in _merged((sighted[key] for key in faces), asset):
            changes = differences(one, asset)
            if changes:
                rung = identities[faces[0]].rung
                proposals.append(Proposal(ProposalKind.CHANGED, one, asset_id, rung, changes))
    return proposals


def _of_unknown(sighted: Mapping[str, Candidate], identities: Mapping[str, Identity]) -> list[Proposal]:
    carriers: dict[Identifier, list[str]] = defaultdict(list)
    for key, one in sighted.items():
        for identifier in one.identifiers:
            carriers[identifier].append(key)
    proposals = []
    for key, found in identities.items():
        if found.asset_id is not None or found.contenders:
            continue
        others = {other for identifier in sighted[key].identifiers for other in carriers[identifier]} - {key}
        if not others:
            proposals.append(Proposal(ProposalKind.NEW, sighted[key]))
            continue
        contenders = sorted({asset for other in others if (asset := identities[other].asset_id) is not None})
        proposals.append(Proposal(ProposalKind.CONFLICT, sighted[key], contenders=tuple(contenders), reason=Reason.ALIKE))
    return proposals


def _vanished(known: Iterable[KnownAsset], identities: Iterable[Identity]) -> list[Proposal]:
    seen: set[int | None] = set()
    for found in identities:
        seen.update([found.asset_id, *found.contenders])
    return [Proposal(ProposalKind.VANISHED, asset_id=one.id) for one in known if one.expected and one.id not in seen]


def _place(proposal: Proposal) -> tuple[int, int, str]:
    key = proposal.candidate.key if proposal.candidate else ""
    return list(ProposalKind).index(proposal.kind), proposal.asset_id or 0, key
