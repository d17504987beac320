"""If this fails: what leans on an asset through however many steps, and what it leans on in turn."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assets.models import Asset, Dependency

DEEPEST = 12  # steps
MOST_ROWS = 5_000  # that the database walks; what lies beyond is told as "at least"
MOST_SHOWN = 500  # to programs; a page shows fewer

_WALK = """
    WITH RECURSIVE reached(root, id, depth) AS (
        SELECT id, id, 0 FROM unnest(%(roots)s::bigint[]) AS roots (id)
        UNION
        SELECT r.root, {there}, r.depth + 1 FROM reached r
        JOIN assets_dependency d ON {here} = r.id AND d.archived_at IS NULL
        JOIN assets_asset a ON a.id = {there} AND a.archived_at IS NULL
        WHERE r.depth < %(deepest)s
    )
    SELECT root, id, depth FROM reached LIMIT %(most)s
"""
_UP = _WALK.format(here="d.supporting_id", there="d.dependent_id")
_DOWN = _WALK.format(here="d.dependent_id", there="d.supporting_id")


@dataclass(frozen=True)
class Walk:
    """By root what was reached and in how many steps; `is_whole` False where there was more than could be walked."""

    depths: Mapping[int, Mapping[int, int]]
    is_whole: bool


@dataclass(frozen=True)
class Step:
    """One reached asset: how many steps away, and through which of the assets one step nearer."""

    asset: Asset
    depth: int
    through: Sequence[Asset]


@dataclass(frozen=True)
class Side:
    """What is reached in one direction, the nearest first; `more_count` those that lie farther than the `steps` shown,
    `hidden_count` those that may not be opened."""

    steps: Sequence[Step]
    more_count: int
    hidden_count: int
    is_whole: bool

    @property
    def count(self) -> int:
        return len(self.steps) + self.more_count + self.hidden_count

    @property
    def service_count(self) -> int:
        return sum(step.asset.kind == Asset.Kind.BUSINESS_SERVICE for step in self.steps)


def dependents(asset_ids: Iterable[int]) -> Walk:
    """What fails when these fail, themselves at depth 0. One query."""
    return _walk(_UP, asset_ids)


def supports(asset_ids: Iterable[int]) -> Walk:
    """What these lean on, themselves at depth 0. One query."""
    return _walk(_DOWN, asset_ids)


def both_sides(asset: Asset, user: Any, most: int | None = None) -> tuple[Side, Side, Sequence[Dependency]]:
    """(what fails with it, what it leans on, the dependencies among all of them), as far as `user` may open them; of each side
    the `most` nearest."""
    most = MOST_SHOWN if most is None else most
    up, down = dependents([asset.pk]), supports([asset.pk])
    ups = up.depths.get(asset.pk, {asset.pk: 0})
    downs = {pk: depth for pk, depth in down.depths.get(asset.pk, {}).items() if pk not in ups or pk == asset.pk}
    rows = Asset.objects.visible_to(user).current().select_related("unit", "owner")
    visible = set(rows.filter(pk__in={*ups, *downs}).values_list("pk", flat=True))
    seen = rows.in_bulk({asset.pk, *_nearest(ups, visible, most), *_nearest(downs, visible, most)})
    among = Dependency.objects.current().filter(dependent__in=seen, supporting__in=seen)
    links = list(among.order_by("pk")[:MOST_ROWS])
    above = _near(links, "dependent_id", "supporting_id")
    below = _near(links, "supporting_id", "dependent_id")
    fails = _side(ups, visible, seen, above, up.is_whole, asset.pk)
    return fails, _side(downs, visible, seen, below, down.is_whole, asset.pk), links


def _nearest(depths: Mapping[int, int], visible: Set[int], most: int) -> list[int]:
    return sorted(visible & depths.keys(), key=lambda pk: (depths[pk], pk))[: most + 1]


def _near(links: Iterable[Dependency], far: str, near: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for link in links:
        found.setdefault(getattr(link, far), []).append(getattr(link, near))
    return found


def _side(
    depths: Mapping[int, int],
    visible: Set[int],
    seen: Mapping[int, Asset],
    near: Mapping[int, list[int]],
    whole: bool,
    root: int,
) -> Side:
    steps = [
        Step(
            asset=seen[pk],
            depth=depth,
            through=[seen[one] for one in dict.fromkeys(near.get(pk, ())) if one in seen and depths.get(one) == depth - 1],
        )
        for pk, depth in depths.items()
        if pk != root and pk in seen
    ]
    steps.sort(key=lambda one: (one.depth, -(one.asset.effective_criticality or 0), one.asset.name, one.asset.pk))
    may_open = len((visible & depths.keys()) - {root})
    return Side(steps, may_open - len(steps), len(depths) - 1 - may_open, whole)


def _walk(statement: str, asset_ids: Iterable[int]) -> Walk:
    roots = sorted(set(asset_ids))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"roots": roots, "deepest": DEEPEST, "most": MOST_ROWS + 1})
        rows = cursor.fetchall()
    depths: dict[int, dict[int, int]] = {root: {} for root in roots}
    for root, pk, depth in rows[:MOST_ROWS]:
        known = depths[root].get(pk)
        depths[root][pk] = depth if known is None else min(known, depth)
    is_at_end = all(depth < DEEPEST for reached in depths.values() for depth in reached.values())
    return Walk(depths, is_at_end and len(rows) <= MOST_ROWS)
