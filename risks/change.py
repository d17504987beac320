"""Why a score moved: the terms of the change add up exactly to the difference. (calculation)"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from risks.scoring import ZERO, ScoreResult, Source, Term

ADDED = "added"
CHANGED = "changed"
REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ChangeTerm:
    """What one term did between two scores [points]; `was` are the params before, `now` those after."""

    name: str
    kind: str
    points: Decimal
    source: Source | None
    was: Mapping[str, int | str]
    now: Mapping[str, int | str]

    @property
    def label_key(self) -> str:
        return f"change.{self.name}"


@dataclass(frozen=True, slots=True)
class Change:
    """The way from one score to the next; no number on one side counts as 0 points."""

    before: Decimal | None
    after: Decimal | None
    terms: tuple[ChangeTerm, ...]

    @property
    def points(self) -> Decimal:
        """The difference [points]; exactly the sum of the terms."""
        return (self.after or ZERO) - (self.before or ZERO)


def explain(before: ScoreResult | None, after: ScoreResult) -> Change:
    """Take the difference of two scores apart, term by term, in the order of the later one.

    A term that stayed the same in points and params is left out; one whose facts changed without changing its points
    stays, with 0.0.
    """
    old = {} if before is None else {term.name: term for term in before.terms}
    new = {term.name: term for term in after.terms}
    names = [*new, *(name for name in old if name not in new)]
    terms = (_between(old.get(name), new.get(name)) for name in names)
    return Change(
        before=None if before is None else before.value,
        after=after.value,
        terms=tuple(term for term in terms if term is not None),
    )


def _between(old: Term | None, new: Term | None) -> ChangeTerm | None:
    if old is None and new is not None:
        return ChangeTerm(new.name, ADDED, new.points, new.source, {}, new.params)
    if new is None and old is not None:
        return ChangeTerm(old.name, REMOVED, -old.points, old.source, old.params, {})
    if old is None or new is None or (old.points, old.params) == (new.points, new.params):
        return None
    return ChangeTerm(new.name, CHANGED, new.points - old.points, new.source, old.params, new.params)
