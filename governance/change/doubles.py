"""Which of the lines that do the same could end: a calculation over what runs, with every line counted once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One running line: `place` is the path of its unit ("/1/4/"), which holds for everything below."""

    pk: int
    capability: str
    place: str
    paid_by: str
    yearly_cost: Decimal


@dataclass(frozen=True, slots=True)
class Double:
    """`line` could end: `kept` does the same for at least as much of the organisation. Saves `yearly_cost` a year."""

    line: int
    kept: int
    capability: str
    yearly_cost: Decimal


def find(lines: Sequence[Line]) -> list[Double]:
    """The dearest set of lines that could all end at once, the dearest first.

    Within a capability a line may end while one stays that holds for the same unit or one above. So of those that stand highest in
    the tree the cheapest stays and everything at or below it may end. Only where both offices pay for what overlaps.
    """
    by_capability: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_capability[" ".join(line.capability.casefold().split())].append(line)
    found = [double for group in by_capability.values() for tree in _trees(group) for double in _ending(tree)]
    return sorted(found, key=lambda one: (-one.yearly_cost, one.line))


def _trees(group: Sequence[Line]) -> list[list[Line]]:
    """The lines of one capability, apart by the highest unit that any of them holds for."""
    tops = [line.place for line in group if not any(_above(other.place, line.place) for other in group)]
    return [[line for line in group if line.place.startswith(top)] for top in sorted(set(tops))]


def _ending(tree: Sequence[Line]) -> list[Double]:
    if len({line.paid_by for line in tree}) < 2:
        return []
    top = min((line.place for line in tree), key=len)
    kept = min((line for line in tree if line.place == top), key=lambda line: (line.yearly_cost, line.pk))
    return [Double(line.pk, kept.pk, line.capability, line.yearly_cost) for line in tree if line.pk != kept.pk]


def _above(place: str, other: str) -> bool:
    return place != other and other.startswith(place)
