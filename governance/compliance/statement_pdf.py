"""The statement of applicability as PDF/UA-1: its controls, the risk treatment plan, open findings, and who signed it."""

import json
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from governance.compliance import statement_book, statement_plan
from governance.compliance.models import Statement
from portal import clock
from portal.people import organisations
from portal.signing import signatures
from portal.web import shown

TEMPLATE = Path(__file__).with_name("statement.typ")


def write(statement: Statement, user: Any) -> bytes:
    """What `user` may open of it, as a file; the same bytes for the same content at the same moment."""
    return printed(told(statement, user))


def printed(content: dict[str, Any]) -> bytes:
    """What the template knows, as PDF/UA-1."""
    return typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"statement": json.dumps(content, sort_keys=True, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(clock.now().timestamp()),
    )


def told(statement: Statement, user: Any) -> dict[str, Any]:
    """All that the template knows."""
    organisation = organisations.current()
    day = shown.date_long(organisations.today())
    return {
        "title": str(statement),
        "organisation": organisation.name if organisation else "",
        "language": (translation.get_language() or "en")[:2],
        "scope": statement.scope or _("Nobody has said yet what the management system covers."),
        "footer": _("%(statement)s, as it was on %(day)s") % {"statement": statement, "day": day},
        "note": _("As it was on %(day)s, with what the reader may open.") % {"day": day},
        "parts": [
            _controls(statement, user),
            part(statement_plan.treatments(statement, user)),
            part(statement_plan.findings(statement, user)),
        ],
        "signed": _signed(statement),
    }


def _controls(statement: Statement, user: Any) -> dict[str, Any]:
    rows = []
    for row in statement_book.sheet(statement, user, "all").rows:
        line = row.line
        applies = {None: _("not decided"), True: _("yes"), False: _("no")}[line.is_applicable]
        status = str(line.get_status_display()) if line.is_applicable else ""
        controls = ", ".join(row.controls)
        until = shown.date_long(row.evidence_until) if row.evidence_until else ""
        words = [line.requirement.identifier, line.requirement.title, applies, line.reason, status, str(line.owner or "")]
        rows.append([*words, controls, until])
    columns = [
        _("Identifier"),
        _("Control"),
        _("Applies"),
        _("Why"),
        _("Status"),
        _("Owner"),
        _("Our controls"),
        _("Evidence until"),
    ]
    empty = _("No control stands in it.")
    return {"title": _("Controls"), "columns": columns, "widths": [0, 4, 0, 4, 0, 2, 2, 2], "rows": rows, "empty": empty}


def part(table: statement_plan.Table) -> dict[str, Any]:
    """A table as the template draws it."""
    return {
        "title": table.title,
        "columns": list(table.columns),
        "widths": list(table.widths),
        "rows": [list(row) for row in table.rows],
        "empty": table.empty,
    }


def _signed(statement: Statement) -> dict[str, Any]:
    slots = signatures.standing(statement).slots if statement.proposed_at else ()
    given = [(slot.words, slot.signature) for slot in slots if slot.signature is not None]
    rows = [[words, str(one.signed_by), shown.moment(one.signed_at)] for words, one in given]
    note = _("Signed off in Concord: an approval with a second factor, no qualified electronic signature.")
    return {
        "title": _("Signatures"),
        "columns": [_("Office"), _("Signed by"), _("When")],
        "widths": [0, 2, 4],
        "rows": rows,
        "note": note,
        "empty": _("It is a draft: nobody has signed it as it stands."),
    }
