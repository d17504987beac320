"""The statement of applicability as people read it, and as a sheet."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.writer.excel import ExcelWriter

from governance.compliance import coverage, mapping_book, statement_plan
from governance.compliance.models import ControlMapping, Coverage, Statement, StatementLine
from governance.compliance.readers.csv_catalog import guarded
from portal import clock
from portal.people.models import Unit
from risks.models import Control

ALL, PLAN, EDITION = "all", "plan", "edition"  # instead of the id of a theme


@dataclass(frozen=True, slots=True)
class Row:
    """One line with what answers it: the controls one may open, how far they cover it, and when the first evidence runs out."""

    line: StatementLine
    controls: tuple[str, ...]
    evidence_until: date | None
    covered_percent: int
    covered_word: str


@dataclass(frozen=True)
class Sheet:
    statement: Statement
    groups: Sequence[tuple[int, str, str, int]]  # id, identifier, title, undecided
    open_id: int | None
    rows: Sequence[Row]
    counts: Mapping[str, int]


def listed(user: Any) -> QuerySet[Statement]:
    """One query."""
    decided = Count("lines", filter=~Q(lines__is_applicable=None))
    rows = Statement.objects.visible_to(user).current().select_related("framework", "unit")
    return rows.annotate(decided=decided, lines_in_all=Count("lines")).order_by("-pk")[:200]


def sheet(statement: Statement, user: Any, told: str = "") -> Sheet:
    """One theme of it, with `told` "all" everything, with PLAN or EDITION none of it. Five queries."""
    lines = list(statement.lines.select_related("requirement__parent", "owner").order_by("requirement__place"))
    groups: dict[int, list[StatementLine]] = {}
    for line in lines:
        groups.setdefault(line.requirement.parent_id or 0, []).append(line)
    opened = next((pk for pk in groups if str(pk) == told), next(iter(groups), None))
    if told in (ALL, PLAN, EDITION):
        opened = None
    shown = lines if told == ALL else groups.get(opened, [])
    heads = [(pk, *_named(found[0]), sum(one.is_applicable is None for one in found)) for pk, found in groups.items()]
    counts = {
        "all": len(lines),
        "undecided": sum(line.is_applicable is None for line in lines),
        "applicable": sum(line.is_applicable is True for line in lines),
        "done": sum(line.is_applicable is True and line.status == StatementLine.Status.DONE for line in lines),
    }
    return Sheet(statement, heads, opened, _rows(shown, statement.unit, user) if shown else [], counts)


def as_xlsx(statement: Statement, user: Any) -> bytes:
    """The whole statement as a workbook, for an auditor's desk."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_("Statement of applicability"))
    page.column_dimensions["B"].width = page.column_dimensions["D"].width = 60
    for told in ((str(statement),), (_("Scope"), guarded(statement.scope)), ()):
        page.append(told)
    head = [_("Identifier"), _("Control"), _("Applies"), _("Why"), _("Status"), _("Owner")]
    head += [_("Our controls"), _("Covered"), _("Evidence until")]
    page.append([_bold(page, word) for word in head])
    for row in sheet(statement, user, ALL).rows:
        line = row.line
        applies = {None: _("not decided"), True: _("yes"), False: _("no")}[line.is_applicable]
        page.append(
            [
                line.requirement.identifier,
                guarded(line.requirement.title),
                applies,
                guarded(line.reason),
                str(line.get_status_display()) if line.is_applicable else "",
                guarded(str(line.owner)) if line.owner else "",
                guarded(", ".join(row.controls)),
                row.covered_percent / 100,
                row.evidence_until,
            ]
        )
    for table in (statement_plan.treatments(statement, user), statement_plan.findings(statement, user)):
        add_table(book, table)
    return saved(book)


def add_table(book: Workbook, table: statement_plan.Table) -> None:
    """A part of a file as a sheet of its own."""
    page = book.create_sheet((table.tab or table.title)[:31])
    page.append([_bold(page, word) for word in table.columns])
    for row_of_words in table.rows:
        page.append([guarded(cell) for cell in row_of_words])


def saved(book: Workbook) -> bytes:
    """Its bytes, under the portal's own time."""
    book.properties.created = book.properties.modified = clock.now().replace(tzinfo=None)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()  # saving by name would write the machine's own time
    return out.getvalue()


def _bold(page: Any, word: str) -> Any:
    cell = WriteOnlyCell(page, value=word)
    cell.font = Font(bold=True)
    return cell


def _named(line: StatementLine) -> tuple[str, str]:
    above = line.requirement.parent
    return (above.identifier, above.title) if above else ("", "")


def _rows(lines: Sequence[StatementLine], unit: Unit, user: Any) -> list[Row]:
    """Two queries. Of the controls within the unit of the statement and of those above, which hold there too; only what is in force
    proves anything, each by its own newest evidence, so that what runs out first shows."""
    ids = [line.requirement_id for line in lines]
    answering: dict[int, list[tuple[str, date | None]]] = {}
    confirmed = {"archived_at": None, "state": ControlMapping.State.CONFIRMED}
    there = Q(control__unit__path__startswith=unit.path) | Q(control__unit__in=unit.lineage)
    found = ControlMapping.objects.visible_to(user).filter(there, requirement__in=ids, **confirmed)
    found = found.exclude(control__state=Control.State.RETIRED)
    proving = Q(control__evidence__withdrawn_at=None, control__state=Control.State.IN_FORCE)
    until = Max("control__evidence__valid_until", filter=proving)
    for requirement, number, day in (
        found.order_by("control__number").values_list("requirement", "control__number").annotate(until=until)
    ):
        answering.setdefault(requirement, []).append((number, day))
    shares = dict(Coverage.objects.filter(requirement__in=ids).values_list("pk", "share"))
    rows = []
    for line in lines:
        answers = answering.get(line.requirement_id, [])
        share = shares.get(line.requirement_id, Decimal(0))
        days = [day for _number, day in answers if day is not None]
        numbers = tuple(number for number, _day in answers)
        rows.append(Row(line, numbers, min(days, default=None), mapping_book.percent(share), coverage.word(share)))
    return rows
