"""Inherited criticality: what matters about a thing matters about everything it leans on, by aspect, with its path.

Where somebody answers for another level (assets/overrides.py), that level counts and passes on, whatever is inherited.
Only what a change reaches is looked at: the graph is walked from the changed nodes by recursive SQL under one advisory
lock. Whatever was reached is computed from scratch, so that a removed link or a cycle leaves nothing behind.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from assets.models import Asset, CriticalityOverride

ASPECTS = ("confidentiality", "integrity", "availability", "safety")
LEVELS = (5, 4, 3, 2, 1)

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('assets.criticality', 0))"
_REACHED = """
    WITH RECURSIVE reached(id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT d.supporting_id FROM reached r
        JOIN assets_dependency d ON d.dependent_id = r.id AND d.archived_at IS NULL
        JOIN assets_asset a ON a.id = d.dependent_id AND a.archived_at IS NULL
    )
    SELECT id FROM reached
"""
_LINKS = """
    SELECT d.dependent_id, d.supporting_id FROM assets_dependency d
    JOIN assets_asset a ON a.id = d.dependent_id AND a.archived_at IS NULL
    WHERE d.supporting_id = ANY(%s) AND d.archived_at IS NULL
    ORDER BY d.id
"""


@dataclass
class _Node:
    own: dict[str, int | None]
    effective: dict[str, int | None]
    paths: dict[str, list[int]] = field(default_factory=dict)
    fixed: dict[str, int] = field(default_factory=dict)  # by an override


def begin(asset: Asset) -> None:
    """Nothing leans on a new asset yet: its effective levels are its own."""
    for aspect in ASPECTS:
        setattr(asset, f"effective_{aspect}", getattr(asset, f"own_{aspect}"))


def paths_of_new(assets: Iterable[Asset]) -> None:
    """Write the one-step paths of new assets that carry levels of their own."""
    judged = [asset for asset in assets if any(getattr(asset, f"own_{aspect}") for aspect in ASPECTS)]
    for asset in judged:
        asset.criticality_path = {aspect: [asset.pk] for aspect in ASPECTS if getattr(asset, f"own_{aspect}")}
    Asset.objects.bulk_update(judged, ["criticality_path"], batch_size=500)


def renew(asset_ids: Iterable[int]) -> list[int]:
    """Effective levels of everything that `asset_ids` support or that supports them in turn; the ids that changed.

    Call it inside the transaction of the change, with the nodes whose own levels or whose dependents changed.
    """
    wanted = sorted(set(asset_ids))
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(_REACHED, [wanted])
        reached = {row[0] for row in cursor.fetchall()}
        cursor.execute(_LINKS, [sorted(reached)])
        links = cursor.fetchall()
    nodes = _nodes(reached | {dependent for dependent, __ in links})
    inside, outside = defaultdict(list), defaultdict(list)
    for dependent, supporting in links:
        (inside if dependent in reached else outside)[dependent].append(supporting)
    for pk, aspect, level in (
        CriticalityOverride.objects.current().filter(asset__in=reached).values_list("asset", "aspect", "level")
    ):
        if pk in nodes:
            nodes[pk].fixed[aspect] = level
    before = {pk: (dict(nodes[pk].effective), dict(nodes[pk].paths)) for pk in reached if pk in nodes}
    for aspect in ASPECTS:
        _spread(aspect, {pk: nodes[pk] for pk in before}, nodes, inside, outside)
    changed = [pk for pk, was in before.items() if was != (nodes[pk].effective, nodes[pk].paths)]
    _write(changed, nodes)
    return sorted(pk for pk in changed if before[pk][0] != nodes[pk].effective)


def _spread(aspect: str, reached: dict[int, _Node], nodes: dict[int, _Node], inside, outside) -> None:
    """Highest level first, each node once: the first level to arrive at a node is its highest, by a shortest path."""
    arriving: dict[int, list[tuple[int, list[int]]]] = defaultdict(list)
    for pk, node in sorted(reached.items()):
        level = node.fixed.get(aspect, node.own[aspect])
        if level:
            arriving[level].append((pk, [pk]))
    for dependent, supported in sorted(outside.items()):
        level = nodes[dependent].effective[aspect]
        if level:
            path = nodes[dependent].paths.get(aspect) or [dependent]
            arriving[level] += [(pk, [*path, pk]) for pk in supported]
    for node in reached.values():
        node.effective[aspect] = None
        node.paths.pop(aspect, None)
    for level in LEVELS:
        wave = sorted(arriving[level], key=lambda one: (len(one[1]), one[0]))
        while wave:
            following = []
            for pk, path in wave:
                node = reached.get(pk)  # none for what is archived
                is_kept = node is not None and aspect in node.fixed and len(path) > 1  # an override lets nothing in
                if node is not None and node.effective[aspect] is None and not is_kept:
                    node.effective[aspect], node.paths[aspect] = level, path
                    following += [(supporting, [*path, supporting]) for supporting in inside[pk]]
            wave = following


def _nodes(ids: Iterable[int]) -> dict[int, _Node]:
    columns = [f"{side}_{aspect}" for side in ("own", "effective") for aspect in ASPECTS]
    rows = Asset.objects.current().filter(pk__in=list(ids)).values_list("pk", "criticality_path", *columns)
    return {
        pk: _Node(dict(zip(ASPECTS, levels[:4], strict=True)), dict(zip(ASPECTS, levels[4:], strict=True)), dict(path))
        for pk, path, *levels in rows
    }


def _write(ids: Sequence[int], nodes: dict[int, _Node]) -> None:
    assets = [
        Asset(
            pk=pk,
            criticality_path=nodes[pk].paths,
            **{f"effective_{aspect}": nodes[pk].effective[aspect] for aspect in ASPECTS},
        )
        for pk in sorted(ids)
    ]
    fields = ["criticality_path", *(f"effective_{aspect}" for aspect in ASPECTS)]
    Asset.objects.bulk_update(assets, fields, batch_size=500)
