"""Sheets with believable rows, and imports brought by the verbs."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from portal.workbench import imports, work
from portal.workbench.models import SheetImport

HEADER = ("ID", "Title", "Category", "Unit", "Owner", "Likelihood", "Operational impact", "Status", "Closing reason", "Due date")
COLUMNS = {
    "ID": "external_id",
    "Title": "title",
    "Category": "category",
    "Unit": "unit",
    "Owner": "it_owner",
    "Likelihood": "current_likelihood",
    "Operational impact": "current_operational",
    "Status": "status",
    "Closing reason": "closing_reason",
    "Due date": "review_due_on",
}


def make_line(number: int = 1, **cells: str) -> list[str]:
    """One row under HEADER, every cell overridable by its name with underscores."""
    believable = {
        "ID": f"RR-{number}",
        "Title": f"Ransomware reaches line control {number}",
        "Category": "OT",
        "Unit": "Northfield",
        "Owner": "",
        "Likelihood": "4",
        "Operational impact": "3 - Serious",
        "Status": "open",
        "Closing reason": "",
        "Due date": "2027-04-03",
    }
    told = believable | {name.replace("_", " "): cell for name, cell in cells.items()}
    return [told[name] for name in HEADER]


def make_csv(*lines: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *(lines or (make_line(1), make_line(2)))])
    return text.getvalue().encode(encoding)


def make_xlsx(*lines: Sequence[Any], header: Sequence[str] = HEADER) -> bytes:
    book = Workbook()
    for line in (header, *(lines or (make_line(1), make_line(2)))):
        book.active.append(list(line))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_import(content: bytes = b"", *, actor: Any, source: str = "old-register", kind: str = "risk", **told: Any) -> SheetImport:
    """A sheet that waits for its mapping."""
    told.setdefault("file_name", "register.csv")
    return imports.start(io.BytesIO(content or make_csv()), actor=actor, kind=kind, source=source, **told)


def check(one: SheetImport, columns: Mapping[str, str | None] | None = None, **told: Any) -> SheetImport:
    """Its mapping settled and every row checked."""
    columns = COLUMNS if columns is None else columns
    imports.settle_mapping(one, actor=one.started_by, columns=columns, **told)
    work.work(one.pk)
    one.refresh_from_db()
    return one


def bring(content: bytes = b"", *, actor: Any, skip_bad_rows: bool = False, **told: Any) -> SheetImport:
    """From the file to the register."""
    one = check(make_import(content, actor=actor, **told))
    imports.apply(one, actor=actor, skip_bad_rows=skip_bad_rows)
    work.work(one.pk)
    one.refresh_from_db()
    return one
