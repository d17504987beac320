"""Frameworks as people read them: the list, one edition group by group, one requirement, what an edition changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet

from governance.compliance import frameworks
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


def listed(user: Any) -> QuerySet[Framework]:
    """The current editions. One query."""
    rows = Framework.objects.visible_to(user).filter(state=Framework.State.CURRENT)
    return rows.select_related("based_on").order_by("name", "pk")


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
    found = list(rows.order_by("place")[: MOST_ROWS + 1])
    return Sheet(groups, opened, found[:MOST_ROWS], q, len(found) > MOST_ROWS)


def above(requirement: Requirement) -> list[Requirement]:
    """What it stands below, from the top down. One query."""
    around = Q(place__lt=requirement.place, last_place__gte=requirement.place)
    return list(requirement.framework.requirements.filter(around).order_by("place").only("pk", "identifier", "title"))


def neighbours(requirement: Requirement) -> tuple[Requirement | None, Requirement | None]:
    """The assessable requirements before and after it. Two queries."""
    rows = requirement.framework.requirements.assessable().only("pk", "identifier", "title")
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
