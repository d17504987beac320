"""One import as people read it: where it stands, how far the worker is, the first of what is wrong, what its rows do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.workbench import importable, imports, progress
from portal.workbench.models import ImportProblem, ImportRow, SheetImport

SHOWN = 10


@dataclass(frozen=True)
class Line:
    """One row with where it leads, "" where the reader may not go there or nothing is there yet."""

    row: ImportRow
    url: str


@dataclass(frozen=True)
class Overview:
    """What `workbench/imports/detail.html` shows; `done` and `row` are of the step under way, `percent` None while unknown."""

    word: str
    plural: str
    read_as: str
    done: int
    row: int
    percent: int | None
    problems: Sequence[ImportProblem]
    lines: Sequence[Line]
    may_undo: bool
    fitting: int


def of(one: SheetImport, user: Any) -> Overview:
    kind = importable.as_defined(one.kind)
    is_checking = one.state == SheetImport.State.CHECKING
    done, row = (one.done_count, 0) if is_checking or not one.is_at_work else progress.read(one.pk)
    undone = one.made_count + one.changed_count
    total = 0 if is_checking else undone if one.state == SheetImport.State.UNDOING else one.row_count - one.bad_count
    found = ImportProblem.objects.visible_to(user).filter(sheet_import=one).order_by("number", "pk")
    acting = (ImportRow.Outcome.MADE, ImportRow.Outcome.CHANGED)
    rows = ImportRow.objects.visible_to(user).filter(sheet_import=one, outcome__in=acting).order_by("number")
    return Overview(
        word=str(kind.subject.word),
        plural=str(kind.subject.plural),
        read_as=_read_as(one),
        done=done,
        row=row,
        percent=min(100, done * 100 // total) if one.is_at_work and total else None,
        problems=list(found[:SHOWN]) if one.problem_count else [],
        lines=lines(one, list(rows[:SHOWN]), user) if one.row_count and not one.is_at_work else [],
        may_undo=imports.may_undo(one),
        fitting=one.made_count + one.changed_count,
    )


def lines(one: SheetImport, rows: Sequence[ImportRow], user: Any) -> list[Line]:
    """Each row with the address of its subject, where `user` may open it; one query."""
    subject = importable.of_kind(one.kind).subject
    ids = {row.subject_id for row in rows if row.subject_id}
    seen = {thing.pk: subject.url(thing) for thing in subject.visible_to(user).filter(pk__in=ids)} if ids else {}
    return [Line(row, seen.get(row.subject_id, "")) for row in rows]


def tabs(one: SheetImport, outcome: str) -> list[dict[str, Any]]:
    here = reverse("workbench:import-rows", args=[one.pk])
    counts = {
        "": one.row_count,
        ImportRow.Outcome.MADE: one.made_count,
        ImportRow.Outcome.CHANGED: one.changed_count,
        ImportRow.Outcome.UNCHANGED: one.unchanged_count,
        ImportRow.Outcome.BAD: one.bad_count,
    }
    labels = {"": _("All rows")} | dict(ImportRow.Outcome.choices)
    return [
        {"label": labels[key], "count": count, "url": f"{here}?outcome={key}" if key else here, "current": key == outcome}
        for key, count in counts.items()
    ]


def _read_as(one: SheetImport) -> str:
    """How the bytes were understood, so that somebody sees at once when they were not."""
    layout = one.layout
    if layout["format"] == "XLSX":
        if layout["sheet_count"] > 1:
            return _("Excel, sheet “%(sheet)s”, the first of %(count)s") % {
                "sheet": layout["sheet"],
                "count": layout["sheet_count"],
            }
        return _("Excel, sheet “%(sheet)s”") % {"sheet": layout["sheet"]}
    signs = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("bars")}
    encodings = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
    encoding = encodings.get(layout["encoding"], layout["encoding"].upper())
    return _("CSV in %(encoding)s, parted by %(signs)s") % {"encoding": encoding, "signs": signs[layout["delimiter"]]}
