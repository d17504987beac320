"""Coverage as people read it: why a requirement is covered as far as it is, and what a control answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from governance.compliance import coverage, covering, crosswalks
from governance.compliance.coverage import Term
from governance.compliance.crosswalks import Suggestion
from governance.compliance.models import ControlMapping, Requirement
from portal.people import organisations
from risks import formula_in_force
from risks.models import Control


@dataclass(frozen=True, slots=True)
class Line:
    """One control that answers a requirement, and what it brings."""

    mapping: ControlMapping
    term: Term

    @property
    def brings_percent(self) -> int:
        return percent(self.term.brings)

    @property
    def operating_percent(self) -> int:
        return percent(self.term.operating)


@dataclass(frozen=True)
class Explained:
    """`hidden` controls count as well, but the reader may not open them."""

    covered: coverage.Covered
    lines: Sequence[Line]
    hidden: int
    suggestions: Sequence[Suggestion]

    @property
    def percent(self) -> int:
        return percent(self.covered.share)


def percent(share: Decimal) -> int:
    """A share as whole percent; what is not all is not told as 100."""
    told = round(share * 100)
    return 99 if told == 100 and share < 1 else told


def explain(requirement: Requirement, user: Any) -> Explained:
    """Which controls answer it, how well they work, which evidence says so, and how fresh it is. Five queries."""
    found = covering.compute([requirement.pk], organisations.today(), formula_in_force.known())[requirement.pk]
    terms = {term.control_id: term for term in found.terms}
    rows = ControlMapping.objects.visible_to(user).filter(
        requirement=requirement, archived_at=None, state=ControlMapping.State.CONFIRMED
    )
    controls = Control.objects.visible_to(user).filter(mappings__in=rows).select_related("unit", "owner").with_evidence_until()
    known = controls.in_bulk()
    lines = []
    for mapping in rows.select_related("mapped_by"):
        mapping.control = known[mapping.control_id]
        lines.append(Line(mapping, terms[mapping.control_id]))
    lines.sort(key=lambda line: (-line.term.brings, line.mapping.control_id))
    suggestions = crosswalks.suggested([requirement.pk], user).get(requirement.pk, [])
    return Explained(found, lines, len(terms) - len(lines), suggestions)


def on_controls(ids: Sequence[int], user: Any) -> Mapping[int, Any]:
    """By control the requirements it answers, in whatever framework. One query."""
    if not user.has_perm("compliance.view_framework"):
        return {}
    rows = ControlMapping.objects.confirmed().filter(control__in=ids).select_related("requirement__framework")
    found: dict[int, list[ControlMapping]] = {pk: [] for pk in ids}
    for row in rows.order_by("requirement__framework__name", "requirement__place"):
        found[row.control_id].append(row)
    return found
