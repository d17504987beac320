"""Frameworks as people read them: the list, one edition group by group, one requirement, what an edition changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from governance.compliance import coverage, covering, frameworks, mapping_book
from governance.compliance.models import Framework, Requirement

MOST_ROWS = 300


@dataclass(frozen=True)
class Sheet:
    """One edition: its groups, and the requirements of the one that is open (or those that fit the words)."""

    groups: Sequence[Requirement]
    open: Requirement | None
    rows: Sequence[Requirement]
    q: str
    more: bool


@dataclass(frozen=True)
class Line:
    """One requirement that an edition touched, before and after it."""

    identifier: str
    before: str
    after: str


@dataclass(frozen=True)
class Changed:
    before: Framework
    added: Sequence[Line]
    changed: Sequence[Line]
    withdrawn: Sequence[Line]
    kept: int


@dataclass(frozen=True)
class Standing:
    """One framework and how far our controls answer it."""

    framework: Framework
    covered: int
    partly: int
    share: Decimal

    @property
    def open(self) -> int:
        return self.framework.assessable_count - self.covered - self.partly

    @property
    def percent(self) -> int:
        return mapping_book.percent(self.share)


def listed(user: Any) -> list[Standing]:
    """The current editions. Two queries."""
    rows = Framework.objects.visible_to(user).filter(state=Framework.State.CURRENT)
    found = list(rows.select_related("based_on").order_by("name", "pk")[:MOST_ROWS])
    told = covering.of_frameworks([one.pk for one in found])
    return [
        Standing(
            one, told[one.pk]["covered"], told[one.pk]["partly"], coverage.average(told[one.pk]["shares"], one.assessable_count)
        )
        for one in found
    ]


def sheet(framework: Framework, params: Any) -> Sheet:
    """Two queries."""
    rows = framework.requirements.defer("search", "parts", "parameters", "guidance")
    groups = list(rows.filter(parent=None, assessable=False, is_withdrawn=False).order_by("place"))
    q = params.get("q", "").replace("\0", "").strip()[:200]
    opened = _opened(groups, params.get("group", ""))
    if q:
        opened = None
        words = SearchQuery(q, config="english", search_type="websearch")
        rows = rows.filter(Q(search=words) | Q(identifier__istartswith=q))
    elif opened is not None:
        rows = rows.below(opened).exclude(pk=opened.pk)
    found = list(rows.select_related("coverage").order_by("place")[: MOST_ROWS + 1])
    for row in found:
        row.covered = _covered(row)
    return Sheet(groups, opened, found[:MOST_ROWS], q, len(found) > MOST_ROWS)


@dataclass(frozen=True, slots=True)
class Covered:
    """What a row shows of its coverage."""

    percent: int
    word: str
    controls: int
    unproven: int


def _covered(row: Requirement) -> Covered:
    known = getattr(row, "coverage", None)
    if known is None:
        return Covered(0, coverage.OPEN, 0, 0)
    return Covered(mapping_book.percent(known.share), coverage.word(known.share), known.controls, known.unproven)


def above(requirement: Requirement) -> list[Requirement]:
    """What it stands below, from the top down. One query."""
    around = Q(place__lt=requirement.place, last_place__gte=requirement.place)
    rows = requirement.framework.requirements.filter(around).order_by("place")
    return list(rows.only("pk", "framework_id", "identifier", "title"))


def neighbours(requirement: Requirement) -> tuple[Requirement | None, Requirement | None]:
    """The assessable requirements before and after it. Two queries."""
    rows = requirement.framework.requirements.assessable().only("pk", "framework_id", "identifier", "title")
    before = rows.filter(place__lt=requirement.place).order_by("-place").first()
    return before, rows.filter(place__gt=requirement.place).order_by("place").first()


def changed(framework: Framework) -> Changed | None:
    """What this edition did to the one before; None for a first one. Two queries."""
    before = framework.replaces
    if before is None:
        return None
    found = frameworks.compare(before, framework)
    old, new = (dict(one.requirements.values_list("identifier", "title")) for one in (before, framework))

    def lines(identifiers: Sequence[str]) -> list[Line]:
        return [Line(one, old.get(one, ""), new.get(one, "")) for one in identifiers]

    return Changed(before, lines(found.added), lines(found.changed), lines(found.withdrawn), len(found.kept))


def _opened(groups: Sequence[Requirement], told: str) -> Requirement | None:
    """The group that the address names, or the first one."""
    return next((one for one in groups if str(one.pk) == told), groups[0] if groups else None)
