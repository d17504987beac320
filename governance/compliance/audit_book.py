"""Internal audits, findings and management reviews as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Prefetch, Q, When

from governance.compliance.management_reviews import INPUTS
from governance.compliance.models import AuditFinding, CorrectiveAction, InternalAudit, ManagementReview

MOST = 200
GRAVITY = Case(*(When(grade=grade, then=place) for place, grade in enumerate(("MAJOR", "MINOR", "CHANCE"))))


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with the action that is under way or was the last."""

    finding: AuditFinding
    action: CorrectiveAction | None
    is_late: bool


@dataclass(frozen=True)
class Book:
    audits: Sequence[InternalAudit]
    open_findings: Sequence[FindingRow]
    reviews: Sequence[ManagementReview]
    is_cut: bool = False  # more findings are open than are shown, and less grave

    @property
    def late(self) -> int:
        return sum(1 for row in self.open_findings if row.is_late)


def read(user: Any, today: date) -> Book:
    """The newest audits, the open findings with the gravest first, and the reviews that `user` may open. Four queries."""
    counted = {
        "found": Count("findings"),
        "still_open": Count("findings", filter=Q(findings__closed_at=None)),
    }
    audits = InternalAudit.objects.visible_to(user).current().select_related("framework", "unit", "lead").annotate(**counted)
    reviews = ManagementReview.objects.visible_to(user).current().select_related("framework", "unit")
    findings = AuditFinding.objects.visible_to(user).filter(closed_at=None, audit__archived_at=None)
    graver = rows_of(findings.order_by(GRAVITY, "pk")[: MOST + 1], today)
    return Book(
        list(audits.order_by("-planned_on", "-pk")[:MOST]),
        graver[:MOST],
        list(reviews.order_by("-held_on", "-pk")[:MOST]),
        is_cut=len(graver) > MOST,
    )


def rows_of(findings: Any, today: date) -> list[FindingRow]:
    """Two queries. MAJOR comes before MINOR by its letters, and both after CHANCE: sorted here by gravity."""
    newest = Prefetch("actions", CorrectiveAction.objects.select_related("owner").order_by("-pk"), to_attr="newest_first")
    order = {grade: place for place, grade in enumerate(("MAJOR", "MINOR", "CHANCE"))}
    found = sorted(
        findings.select_related("audit__unit", "requirement", "written_by").prefetch_related(newest),
        key=lambda one: (order[one.grade], one.pk),
    )
    return [_row(one, today) for one in found]


def inputs_of(review: ManagementReview) -> list[tuple[str, int]]:
    """The figures that lay before it, in words, in the order of the standard."""
    return [(str(words), review.inputs[key]) for key, words in INPUTS.items() if key in review.inputs]


def _row(finding: AuditFinding, today: date) -> FindingRow:
    action = finding.newest_first[0] if finding.newest_first else None  # type: ignore[attr-defined]
    is_late = action is not None and action.done_at is None and action.due_on < today
    return FindingRow(finding, action, is_late)
