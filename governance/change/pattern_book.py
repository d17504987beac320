"""Approved patterns as people read them, and what they are good for: how much they answer before, and how much faster one is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from governance.change import patterns
from governance.change.models import Criterion, Gate, Pattern
from portal.people import organisations, working_days
from portal.signing import panels

LAST_GATES = 400  # the latest that were passed


@dataclass(frozen=True, slots=True)
class Speed:
    """Over the gates passed last: the share of criteria that a pattern answered [percent], and the median of the working days on
    the clock, with a pattern and without; None where none was passed so."""

    share: int | None
    with_pattern: float | None
    without: float | None
    gates_with: int
    gates_without: int


@dataclass(frozen=True)
class Book:
    rows: Sequence[Pattern]
    speed: Speed


@dataclass(frozen=True)
class Page:
    pattern: Pattern
    answers: Sequence[tuple[str, str]]  # question, what shows it
    uses: int  # initiatives the reader may open
    panel: Any
    may_retire: bool


def read(user: Any) -> Book:
    """Four queries."""
    return Book(list(of_user(user).order_by("archived_at", "-approved_at", "number")), speed())


def of_user(user: Any) -> QuerySet[Pattern]:
    uses = Count("answered__gate__initiative", distinct=True)
    return Pattern.objects.visible_to(user).select_related("proposed_by").annotate(uses=uses)


def page(pattern: Pattern, user: Any) -> Page:
    words = patterns.questions(list(pattern.answers))
    return Page(
        pattern=pattern,
        answers=[(words.get(key, key), note) for key, note in pattern.answers.items()],
        uses=pattern.uses,
        panel=panels.read(pattern, user),
        may_retire=pattern.archived_at is None and user.has_perm("change.change_initiative"),
    )


def speed() -> Speed:
    """Two queries, the same for everybody: they are counts of the whole organisation."""
    by_pattern = Criterion.objects.filter(gate=OuterRef("pk")).exclude(pattern=None)
    passed = Gate.objects.exclude(passed_at=None).exclude(opened_at=None).annotate(patterned=Exists(by_pattern))
    rows = list(passed.order_by("-passed_at", "-pk").values_list("pk", "opened_at", "passed_at", "patterned")[:LAST_GATES])
    days: Mapping[bool, list[int]] = {True: [], False: []}
    for _pk, opened, done, patterned in rows:
        days[patterned].append(working_days.between(organisations.day_of(opened), organisations.day_of(done)))
    asked = Criterion.objects.filter(gate__in=[row[0] for row in rows], dropped_at=None)
    counts = asked.aggregate(all=Count("pk"), before=Count("pk", filter=~Q(pattern=None)))
    return Speed(
        share=round(100 * counts["before"] / counts["all"]) if counts["all"] else None,
        with_pattern=median(days[True]) if days[True] else None,
        without=median(days[False]) if days[False] else None,
        gates_with=len(days[True]),
        gates_without=len(days[False]),
    )
