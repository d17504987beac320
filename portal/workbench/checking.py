"""The dry run: every row is read and planned, every misfit kept by row and column, nothing else written."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal import clock, copying
from portal.record import audit
from portal.workbench import row_reading
from portal.workbench.importable import Importable
from portal.workbench.models import ImportProblem, ImportRow, SheetImport
from portal.workbench.row_reading import ReadRow

MOST_SUGGESTIONS = 500
LONGEST_WORD = 200
Outcome = ImportRow.Outcome


def check(one: SheetImport, kind: Importable) -> None:
    """Read the whole sheet and keep what each row would do. Begins anew where an earlier worker died. Raises UnreadableSheet."""
    forget(one)
    terms = row_reading.terms_of(one)
    columns = row_reading.columns_by_field(one.mapping)
    suggestions: dict[str, int] = {}
    for batch in row_reading.batches(one, kind, terms):
        for row in batch:
            row_reading.plan(row, kind, terms, columns)
            if len(suggestions) < MOST_SUGGESTIONS:
                suggestions |= row.suggestions
        with transaction.atomic():
            keep(one, batch)
            one.done_count += len(batch)
            one.save(update_fields=["done_count"])
    _finish(one, suggestions)


def forget(one: SheetImport) -> None:
    """What an earlier check or attempt kept of `one`."""
    with transaction.atomic():
        ImportProblem.objects.filter(sheet_import=one).delete()
        ImportRow.objects.filter(sheet_import=one).delete()
        one.done_count = 0
        one.save(update_fields=["done_count"])


def keep(one: SheetImport, batch: Iterable[ReadRow]) -> None:
    """The rows and misfits of a batch, by COPY."""
    batch = list(batch)
    copying.copy_in(ImportRow, (_as_row(one, row) for row in batch))
    copying.copy_in(
        ImportProblem,
        (_problem(one, row.number, misfit.column, misfit.value, misfit.sentence) for row in batch for misfit in row.misfits),
    )


def seen(row: ReadRow) -> str:
    """What the row would do to what stands there, told short: another one tells that this changed meanwhile."""
    changes = [list(change[1:]) for change in row.plan.changes] if row.plan else []
    told = json.dumps([row.existing.pk if row.existing is not None else None, changes])
    return hashlib.sha256(told.encode()).hexdigest()


def outcome_of(row: ReadRow) -> str:
    if row.misfits or row.plan is None:
        return Outcome.BAD
    if row.existing is None:
        return Outcome.MADE
    return Outcome.CHANGED if row.plan.changes else Outcome.UNCHANGED


def count(one: SheetImport) -> None:
    """Count what the kept rows do, onto `one`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome, count(*) FROM workbench_importrow WHERE sheet_import_id = %s GROUP BY outcome", [one.pk])
        counts = dict(cursor.fetchall())
    one.row_count = sum(counts.values())
    one.made_count, one.changed_count = counts.get(Outcome.MADE, 0), counts.get(Outcome.CHANGED, 0)
    one.unchanged_count, one.bad_count = counts.get(Outcome.UNCHANGED, 0), counts.get(Outcome.BAD, 0)
    one.problem_count = one.problems.count()


@transaction.atomic
def _finish(one: SheetImport, suggestions: dict[str, int]) -> None:
    _refuse_doubles(one)
    count(one)
    one.suggestions = suggestions
    one.state, one.finished_at, one.version = SheetImport.State.CHECKED, clock.now(), one.version + 1
    one.save()
    audit.record(one.started_by, "import.checked", one, {"rows": one.row_count, "bad": one.bad_count})


def _refuse_doubles(one: SheetImport) -> None:
    """Two rows about the same thing: all but the first do not fit. Found by the database, so that no set of ids is held."""
    doubles: list[tuple[int, int]] = []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, number, first FROM (
                SELECT id, number, min(number) OVER (
                    PARTITION BY CASE WHEN subject_id IS NULL THEN identity ELSE 'subject ' || subject_id END
                ) AS first
                FROM workbench_importrow WHERE sheet_import_id = %s AND identity <> '' AND outcome <> 'BAD'
            ) AS rows WHERE number > first ORDER BY number
            """,
            [one.pk],
        )
        while found := cursor.fetchmany(row_reading.BATCH):
            doubles = [(number, first) for _pk, number, first in found]
            sentence = _("Row %(row)s is about the same thing. Keep one of them, or give each an id of its own.")
            copying.copy_in(ImportProblem, (_problem(one, number, "", "", sentence % {"row": first}) for number, first in doubles))
            ImportRow.objects.filter(pk__in=[pk for pk, _number, _first in found]).update(outcome=Outcome.BAD, identity="")


def _as_row(one: SheetImport, row: ReadRow) -> dict[str, Any]:
    plan = row.plan
    return {
        "sheet_import_id": one.pk,
        "number": row.number,
        "outcome": outcome_of(row),
        "identity": row.identity,
        "label": (plan.label if plan else str(row.told.get("title") or row.told.get("name") or ""))[:200],
        "subject_id": row.existing.pk if row.existing is not None else None,
        "changes": [[word[:LONGEST_WORD] for word in change] for change in plan.changes] if plan else [],
        "seen": seen(row),
    }


def _problem(one: SheetImport, number: int, column: str, value: str, sentence: str) -> dict[str, Any]:
    return {
        "sheet_import_id": one.pk,
        "number": number,
        "column": column,
        "value": value.replace("\x00", "�")[:200],
        "sentence": sentence[:500],
    }
