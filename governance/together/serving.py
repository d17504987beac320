"""What serves a goal between it and the risks: rooms above tell it, so that the line of sight has its step and imports none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Serving:
    """One thing under way for a goal, and the risks it brings or lowers. Who may not open it counts it, and reads nothing of it."""

    goal: int
    pk: int
    label: str
    url: str
    may_open: bool
    risks: set[int]


Source = Callable[[Sequence[int], Any], Iterable[Serving]]
_sources: list[Source] = []


def told_by(source: Source) -> None:
    """`source(goal ids, user)`, in one query. Once, in ready()."""
    _sources.append(source)


def of(goals: Sequence[int], user: Any) -> dict[int, list[Serving]]:
    """By goal, in the order of their numbers; one query a source."""
    found: dict[int, list[Serving]] = {pk: [] for pk in goals}
    for source in _sources if goals else ():
        for one in source(goals, user):
            found[one.goal].append(one)
    return found
