"""What goes with a statement of applicability: the risk treatment plan (ISO/IEC 27001, 6.1.3 e) and the findings that are open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance.compliance import audit_book
from governance.compliance.models import AuditFinding, Statement
from portal.people import organisations
from portal.web import shown
from risks.models import Treatment

MOST = 500


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the file; `widths` are shares of the page, 0 for what the words take."""

    title: str
    columns: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]
    empty: str


def treatments(statement: Statement, user: Any) -> Table:
    """The plans of the unit that are proposed or under way and that `user` may open. One query."""
    standing = (Treatment.State.PROPOSED, Treatment.State.APPROVED)
    seen = Treatment.objects.visible_to(user).filter(state__in=standing, risk__unit__path__startswith=statement.unit.path)
    rows = [
        (
            one.number,
            one.title,
            f"{one.risk.number} {one.risk.title}",
            str(one.get_kind_display()),
            str(one.owner),
            shown.date_long(one.due_on),
            str(one.get_state_display()),
        )
        for one in seen.select_related("risk", "owner").order_by("due_on", "pk")[:MOST]
    ]
    columns = (_("Number"), _("Treatment"), _("Risk"), _("Way"), _("Owner"), _("Due"), _("Standing"))
    return Table(_("Risk treatment plan"), columns, (0, 4, 4, 0, 2, 0, 0), rows, _("No treatment is proposed or under way."))


def findings(statement: Statement, user: Any) -> Table:
    """The open findings of audits against this framework in the unit. Two queries."""
    seen = AuditFinding.objects.visible_to(user).filter(
        closed_at=None,
        audit__framework__key=statement.framework.key,
        audit__unit__path__startswith=statement.unit.path,
        audit__archived_at=None,
    )
    rows = []
    for row in audit_book.rows_of(seen.order_by(audit_book.GRAVITY, "pk")[:MOST], organisations.today()):
        action = row.action if row.action is not None and row.action.is_effective is None else None
        requirement = row.finding.requirement
        rows.append(
            (
                requirement.identifier if requirement else "",
                str(row.finding.get_grade_display()),
                row.finding.text,
                action.text if action else "",
                str(action.owner) if action else "",
                shown.date_long(action.due_on) if action else "",
            )
        )
    columns = (_("Requirement"), _("Grade"), _("Finding"), _("Corrective action"), _("Owner"), _("Due"))
    return Table(_("Open findings of internal audits"), columns, (0, 0, 4, 4, 2, 0), rows, _("No finding is open."))
