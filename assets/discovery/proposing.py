"""Between rows and the calculation of matching: observations become candidates, its proposals become rows."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from assets.discovery import matching, precedence
from assets.discovery.candidate import Candidate, Identifier, IdentifierKind, Scan, Service
from assets.models import Asset, DiscoveryRun, Observation, Proposal
from assets.models import Identifier as KnownIdentifier

_SORTED = json.JSONEncoder(sort_keys=True)
RUNGS = frozenset(kind.value for kind in IdentifierKind)
# What a scan may state of an asset that stands in the inventory already.
COMPARED = precedence.FIELDS


def observation(run: DiscoveryRun, ordinal: int, candidate: Candidate) -> dict[str, Any]:
    """The row of what was seen, column by column."""
    return {
        "run_id": run.pk,
        "ordinal": ordinal,
        "name": candidate.name[:253],
        "identifiers": [[one.kind.value, one.value] for one in candidate.identifiers],
        "fields": dict(candidate.fields),
        "guesses": dict(candidate.guesses),
        "services": [str(one) for one in candidate.services],
        "is_scanner": candidate.on_scanner,
        "digest": candidate.key,
        "observed_at": candidate.observed_at,
        "asset_id": None,
        "rung": "",
        "personal_at": None,
    }


def candidate(row: Observation, scan: Scan) -> Candidate:
    """What was seen, as matching reads it."""
    return Candidate(
        name=row.name,
        identifiers=tuple(Identifier(IdentifierKind(rung), value) for rung, value in row.identifiers),
        fields=row.fields,
        guesses=row.guesses,
        services=tuple(service(label) for label in row.services),
        observed_at=row.observed_at,
        scan=scan if scan.ports else None,
        on_scanner=row.is_scanner,
    )


def scan_of(run: DiscoveryRun) -> Scan:
    """What the run looked at."""
    ports = tuple((protocol, first, last) for protocol, first, last in run.scan.get("ports", ()))
    return Scan(run.scan.get("command", ""), run.scanned_at, tuple(run.scan.get("networks", ())), ports)


def service(label: str) -> Service:
    """Back from "102/tcp iso-tsap"."""
    door, _, name = label.partition(" ")
    port, _, protocol = door.partition("/")
    return Service(int(port), protocol, name)


def known_assets(asset_ids: Iterable[int], source: str, ranks: precedence.Ranking) -> list[matching.KnownAsset]:
    """These current assets as matching reads them for a run of `source`. Two queries, none for nobody."""
    ids = list(asset_ids)
    if not ids:
        return []
    identifiers: dict[int, set[Identifier]] = {}
    for pk, rung, value in KnownIdentifier.objects.filter(asset__in=ids).values_list("asset_id", "rung", "value"):
        identifiers.setdefault(pk, set()).add(Identifier(IdentifierKind(rung), value))
    return [
        matching.KnownAsset(
            id=row["pk"],
            identifiers=frozenset(identifiers.get(row["pk"], ())),
            fields={name: row[name] for name in COMPARED},
            services=tuple(service(label) for label in row["services"]),
            told_by=row["told_by"],
            kept=ranks.kept_from(source, row, row["told_by"]),
            version=row["version"],
        )
        for row in Asset.objects.current().filter(pk__in=ids).values("pk", "services", "told_by", "version", *COMPARED)
    ]


def proposal(run: DiscoveryRun, found: matching.Proposal, row: Observation | None) -> dict[str, Any]:
    """The row of one open proposal, column by column."""
    changes = _changes(found)
    about = f"asset:{found.asset_id}" if found.asset_id else f"seen:{row.digest if row else ''}"
    return {
        "run_id": run.pk,
        "observation_id": row.pk if row else None,
        "kind": found.kind.value,
        "asset_id": found.asset_id,
        "rung": found.rung.value if found.rung else "",
        "changes": changes,
        "contenders": list(found.contenders),
        "cause": found.reason.value if found.reason else "",
        "about": about,
        "fingerprint": _fingerprint(found, about, changes),
        "state": Proposal.State.OPEN.value,
        "reason": "",
        "settled_by_id": None,
        "settled_at": None,
        "version": 1,
    }


def _changes(found: matching.Proposal) -> dict[str, list[Any]]:
    if found.candidate is None:
        return {}
    if found.kind == matching.ProposalKind.CHANGED:
        return {one.field: [_shown(one.field, one.before), _shown(one.field, one.after)] for one in found.changes}
    seen = found.candidate
    changes: dict[str, list[Any]] = {name: ["", value] for name, value in {**seen.guesses, **seen.fields}.items()}
    for one in seen.identifiers:
        changes.setdefault(one.kind.value, [[], []])[1].append(one.value)
    if seen.services:
        changes["services"] = [[], [str(one) for one in seen.services]]
    return changes


def _shown(field: str, values: tuple[str, ...]) -> Any:
    if field == "services" or field in RUNGS:
        return list(values)
    return values[0] if values else ""


def _fingerprint(found: matching.Proposal, about: str, changes: dict[str, Any]) -> str:
    """Somebody who ignores an unknown host means the host, whatever ports it opens next; a change means this very change."""
    said = changes if found.kind == matching.ProposalKind.CHANGED else [found.reason, found.contenders]
    return hashlib.sha256(_SORTED.encode([found.kind, about, said]).encode()).hexdigest()
