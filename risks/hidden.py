"""How risks that one may not open count all the same: in fixed groups of three or more, so that nothing tells one of them.

A filter counts a group only where it holds for all of it. Two filters then differ by whole groups, whatever they ask: no
difference between two answers comes down to one or two risks. Only the whole of a scope counts them one by one, for the
totals that everybody sees say that number anyway.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Self

from portal.people.reach import SMALLEST_HIDDEN_GROUP, grants
from risks.models import Risk
from risks.models.risk import RiskQuerySet

_COLUMNS = ("pk", "unit__path", "state", "accountable", "review_due_on", "logged_at")
_STANDING = (
    *("likelihood_level", "impact_level", "inherent_value", "current_value", "residual_value", "current_band"),
    *("is_above_tolerance", "is_safety", "agreement"),
)

COLUMNS = (*_COLUMNS, *(f"score_state__{name}" for name in _STANDING))  # of a risk, in the order of Hidden


@dataclass(frozen=True, slots=True)
class Hidden:
    """A risk that the reader may count and not open."""

    id: int
    unit_path: str
    state: str
    accountable: str
    review_due_on: date | None
    logged_at: datetime
    likelihood_level: int | None
    impact_level: int | None
    inherent_value: Decimal | None
    current_value: Decimal | None
    residual_value: Decimal | None
    current_band: str | None
    is_above_tolerance: bool | None
    is_safety: bool | None
    agreement: str | None

    @property
    def is_open(self) -> bool:
        return self.state == Risk.State.OPEN

    @property
    def cell(self) -> tuple[int, int] | None:
        """Where it stands on the heat map."""
        if self.current_value is None or self.likelihood_level is None or self.impact_level is None:
            return None
        return self.likelihood_level, self.impact_level


Group = tuple[Hidden, ...]


@dataclass(frozen=True, slots=True)
class HiddenRisks:
    """Every hidden risk of one reader, and the groups they count in."""

    all: tuple[Hidden, ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def are_there(self) -> bool:
        """Whether something may be left out of a filter: the totals tell this much."""
        return any(one.is_open for one in self.all)

    def where(self, holds: Callable[[Hidden], bool]) -> list[Hidden]:
        """The members of every group of which all members fulfil `holds`."""
        return [one for group in self.groups if all(map(holds, group)) for one in group]

    def by(self, place: Callable[[Hidden], Any]) -> Counter[Any]:
        """How many count at each place: of the groups that stand in one place as a whole; None is no place."""
        found: Counter[Any] = Counter()
        for group in self.groups:
            places = {place(one) for one in group}
            if len(places) == 1:
                found[places.pop()] += len(group)
        found.pop(None, None)
        return found

    def within(self, paths: Sequence[str]) -> Self:
        """Those that are open in the subtrees of `paths`; a group that reaches beyond counts nowhere within."""

        def inside(one: Hidden) -> bool:
            return one.is_open and one.unit_path.startswith(tuple(paths))

        return type(self)(tuple(filter(inside, self.all)), tuple(group for group in self.groups if all(map(inside, group))))


def of(user: Any) -> HiddenRisks:
    """What `user` may count and not open: one query, none for leaders."""
    seen = grants(user)
    if seen.opens_confidential or "risks.view_risk" not in seen.permissions or not (seen.everywhere or seen.unit_paths):
        return HiddenRisks()
    found = tuple(Hidden(*row) for row in rows(user).order_by("pk").values_list(*COLUMNS))
    return HiddenRisks(found, in_groups(found))


def among(ids: Collection[int], user: Any) -> int:
    """How many of the risks `ids`, none of which `user` may open, count: in whole groups. One query where there are any."""
    return len(of(user).where(lambda one: one.id in ids)) if ids else 0


def withheld(count: int) -> int:
    """`count` things of another kind that the reader may not open: none where it would give away one of a few."""
    return count if count >= SMALLEST_HIDDEN_GROUP else 0


def rows(user: Any) -> RiskQuerySet:
    """The rows themselves, to count and never to show."""
    seen = grants(user)
    return Risk.objects.current().filter(Risk.countable(seen), ~Risk.visibility(seen), is_confidential=True)


def in_groups(risks: Iterable[Hidden]) -> tuple[Group, ...]:
    """Groups of three or more, of the same cell where that many stand in it, else of the same band, else of the same state.

    One or two that are left of a state join a group of it; where it has none, no filter ever counts them.
    """
    left: Sequence[Hidden] = sorted(risks, key=lambda one: (one.unit_path, one.id))
    found: list[Group] = []
    for alike in (_by_cell, _by_band, _by_state):
        alone: list[Hidden] = []
        for _, some in groupby(sorted(left, key=alike), key=alike):
            members = tuple(some)
            last = len(members) // SMALLEST_HIDDEN_GROUP - 1
            if last < 0:
                alone += members
                continue
            starts = [place * SMALLEST_HIDDEN_GROUP for place in range(last + 1)]
            found += [members[start : start + SMALLEST_HIDDEN_GROUP] for start in starts[:-1]] + [members[starts[-1] :]]
        left = sorted(alone, key=lambda one: (one.unit_path, one.id))
    for state, some in groupby(sorted(left, key=_by_state), key=_by_state):
        of_state = [place for place, group in enumerate(found) if _by_state(group[0]) == state]
        if of_state:
            found[of_state[-1]] += tuple(some)  # the least alike anyway
    return tuple(found)


def _by_cell(one: Hidden) -> tuple[Any, ...]:
    return (*_by_band(one), *(one.cell or (0, 0)))


def _by_band(one: Hidden) -> tuple[Any, ...]:
    return one.state, one.current_band or ""


def _by_state(one: Hidden) -> tuple[Any, ...]:
    return (one.state,)
