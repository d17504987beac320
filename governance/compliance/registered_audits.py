"""Internal audits, their findings and management reviews in the registry."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.compliance import findings, internal_audits, management_reviews
from governance.compliance.models import AuditFinding, InternalAudit, ManagementReview
from portal import subjects
from portal.archive import changes
from portal.attention import reviews
from portal.people import holdings
from portal.people.models import User
from portal.record import redacting
from portal.signing import registry
from portal.workbench import searchable

FINDING = "audit-finding"


def _say_review(name: str, value: Any) -> str:
    if name != "inputs":
        return "" if value is None else str(value)
    return "\n".join(f"{words}: {value[key]}" for key, words in management_reviews.INPUTS.items() if key in (value or {}))


subjects.register(
    subjects.Subject(
        kind="internal-audit",
        model="compliance.InternalAudit",
        word=_("internal audit"),
        plural=_("internal audits"),
        resource="internal-audits",
        page="compliance:internal-audit",
        url=lambda audit: reverse("compliance:internal-audit", args=[audit.pk]),
        label=str,
        related=("framework", "unit"),
    )
)
subjects.register(
    subjects.Subject(
        kind=FINDING,
        model="compliance.AuditFinding",
        word=_("finding of an audit"),
        plural=_("findings of audits"),
        resource="audit-findings",
        page="compliance:audit-finding",
        url=lambda finding: reverse("compliance:audit-finding", args=[finding.pk]),
        label=str,
        related=("audit__unit", "requirement"),
    )
)
subjects.register(
    subjects.Subject(
        kind="management-review",
        model="compliance.ManagementReview",
        word=_("management review"),
        plural=_("management reviews"),
        resource="management-reviews",
        page="compliance:management-review",
        url=lambda review: reverse("compliance:management-review", args=[review.pk]),
        label=str,
        material=management_reviews.material,
        related=("framework", "unit"),
    )
)
registry.register(
    registry.Signable(
        kind="management-review",
        proposed_by=lambda review: review.proposed_by_id,
        unsigned=lambda: ManagementReview.objects.current().filter(proposed_at__isnull=False, signed_at=None),
        signed=management_reviews.take_force,
        check=management_reviews.check_open,
        words={
            "framework": _("Framework"),
            "unit": _("Unit"),
            "held_on": _("Day"),
            "inputs": _("What lay before it"),
            "considered": _("Considered"),
            "outcome": _("Outcome"),
        },
        say=_say_review,
    )
)
for field, label in (
    ("cause", _("Causes")),
    ("text", _("Corrective actions")),
    ("result", _("What was done")),
    ("verdict", _("Verdicts")),
):
    redacting.add(
        redacting.Beside(
            FINDING, f"actions.{field}", label, "compliance.CorrectiveAction", field, rows=lambda _kind, pk: {"finding": pk}
        )
    )
changes.words(
    "internal-audit",
    fields={"held_on": _("Held"), "summary": _("What came of it"), "concluded_at": _("Concluded"), "lead": _("Lead")},
    verbs={
        "internal_audit.planned": _("planned"),
        "internal_audit.concluded": _("concluded"),
        "internal_audit.handed_over": _("handed over"),
    },
)
changes.words(
    FINDING,
    fields={"closed_by": _("Closed by"), "closed_at": _("Closed")},
    verbs={
        "audit_finding.written": _("written"),
        "audit_finding.action_agreed": _("agreed on an action"),
        "audit_finding.action_done": _("said that the action is done"),
        "audit_finding.action_failed": _("saw that the action does not work"),
        "audit_finding.closed": _("closed"),
        "audit_finding.handed_over": _("handed over"),
    },
)
changes.words(
    "management-review",
    fields={"considered": _("Considered"), "outcome": _("Outcome")},
    verbs={
        "management_review.opened": _("opened"),
        "management_review.written": _("wrote the outcome"),
        "management_review.proposed": _("asked for signatures"),
    },
)
reviews.on_answer(findings.DUE, findings.take_answer)
reviews.sides_with(findings.DUE, findings.sides)
reviews.changed_at(findings.DUE, lambda review: reverse("compliance:audit-finding", args=[review.subject_id]))


def _sees_to(person: User):
    return AuditFinding.objects.filter(closed_at=None, actions__owner=person, actions__done_at=None)


def _pass_on(row: AuditFinding, *, person: User, successor: User, actor: Any) -> User:
    return findings.hand_over(row, successor, actor=actor)


holdings.register(
    holdings.Group(
        key="corrective-actions",
        label=_("Corrective actions they see to"),
        rows=_sees_to,
        way=holdings.Way.SUCCESSOR,
        pass_on=_pass_on,
        kind=FINDING,
        word=_("What was agreed stays, and its day."),
        order=44,
    )
)
holdings.register(
    holdings.Group(
        key="internal-audits",
        label=_("Internal audits they lead"),
        rows=lambda person: InternalAudit.objects.filter(lead=person, concluded_at=None, archived_at=None),
        way=holdings.Way.SUCCESSOR,
        pass_on=lambda row, *, person, successor, actor: internal_audits.hand_over(row, successor, actor=actor),
        kind="internal-audit",
        order=44,
    )
)
searchable.register(
    searchable.Searchable("internal-audit", label=["title"], words=["scope", "summary"]),
    searchable.Searchable(FINDING, label=["text"]),
    searchable.Searchable("management-review", label=["outcome"], words=["considered"]),
)
