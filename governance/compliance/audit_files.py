"""An internal audit as a file: what was looked at, every finding with what is done about it, and how it was concluded."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook

from governance.compliance import audit_book, statement_book, statement_pdf
from governance.compliance.models import AuditFinding, InternalAudit
from governance.compliance.readers.csv_catalog import guarded
from governance.compliance.statement_plan import Table
from portal.people import organisations
from portal.web import shown


def as_pdf(audit: InternalAudit, user: Any) -> bytes:
    """As PDF/UA-1; the same bytes for the same content at the same moment."""
    organisation, day = organisations.current(), shown.date_long(organisations.today())
    concluded = [[str(audit.lead), shown.date_long(audit.held_on), audit.summary]] if audit.concluded_at else []
    told = {
        "title": str(audit),
        "organisation": organisation.name if organisation else "",
        "language": (translation.get_language() or "en")[:2],
        "scope": audit.scope or _("Nobody has said what is looked at."),
        "footer": _("%(statement)s, as it was on %(day)s") % {"statement": audit, "day": day},
        "note": f"{audit.framework}, {audit.unit.name}",
        "parts": [statement_pdf.part(findings(audit, user))],
        "signed": {
            "title": _("Conclusion"),
            "columns": [_("Led by"), _("Held on"), _("In sum")],
            "widths": [2, 0, 6],
            "rows": concluded,
            "note": "",
            "empty": _("It is not concluded yet."),
        },
    }
    return statement_pdf.printed(told)


def as_xlsx(audit: InternalAudit, user: Any) -> bytes:
    """As a workbook: the audit, and its findings."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_("Internal audit"))
    held = audit.held_on or audit.planned_on
    for label, value in (
        (_("Internal audit"), audit.title),
        (_("Framework"), str(audit.framework)),
        (_("Where"), audit.unit.name),
        (_("Led by"), str(audit.lead)),
        (_("Held on") if audit.held_on else _("Planned for"), shown.date_long(held)),
        (_("Scope"), audit.scope),
        (_("In sum"), audit.summary),
    ):
        page.append((label, guarded(value)))
    statement_book.add_table(book, findings(audit, user))
    return statement_book.saved(book)


def findings(audit: InternalAudit, user: Any) -> Table:
    """Every finding with its newest corrective action, the gravest first. Two queries."""
    seen = AuditFinding.objects.visible_to(user).filter(audit=audit).order_by(audit_book.GRAVITY, "pk")
    rows = []
    for row in audit_book.rows_of(seen, organisations.today()):
        finding, action = row.finding, row.action
        done = [action.text, str(action.owner), shown.date_long(action.due_on)] if action else ["", "", ""]
        standing = _("closed on %(day)s") % {"day": shown.date_long(finding.closed_at)} if finding.closed_at else _("open")
        requirement = finding.requirement.identifier if finding.requirement else ""
        rows.append([requirement, str(finding.get_grade_display()), finding.text, *done, standing])
    columns = (_("Requirement"), _("Grade"), _("Finding"), _("Corrective action"), _("Owner"), _("Due"), _("Standing"))
    return Table(_("Findings"), columns, (0, 0, 4, 4, 2, 0, 0), rows, _("Nothing was found."))
