"""The import itself: one verb a row, all in one transaction, so that a killed worker or a refused row leaves nothing half done."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import ConcordError
from portal.record import audit
from portal.record.models import AuditEntry
from portal.workbench import checking, latest, progress, row_reading, wakeups
from portal.workbench.importable import Importable, Terms
from portal.workbench.models import ImportProblem, ImportRow, SheetImport
from portal.workbench.row_reading import ReadRow

TOLD_EACH = 50  # rows


class _Failed(Exception):
    """Rows that fitted when they were checked do not any more: everything is taken back."""

    def __init__(self, rows: list[ReadRow]):
        self.rows = rows


def apply(one: SheetImport, kind: Importable) -> None:
    """Write every row that fits. Where rows have come not to fit and none may be left out, nothing is written and the import
    stands checked again, with what is wrong. Raises UnreadableSheet with nothing written."""
    try:
        _write(one, kind)
    except _Failed as failed:
        _take_back(one, failed.rows)


@transaction.atomic
def _write(one: SheetImport, kind: Importable) -> None:
    terms = row_reading.terms_of(one)
    columns = row_reading.columns_by_field(one.mapping)
    done = 0
    for batch in row_reading.batches(one, kind, terms, locks=True):
        shown = _shown(one, batch)
        rows = [row for row in batch if row.number in shown]
        written = []
        for row in rows:
            written.append(_written(row, kind, terms, columns, shown[row.number]))
            done += 1
            if done % TOLD_EACH == 0:
                progress.tell(one.pk, done, row.number)
        failed = [row for row in rows if row.misfits]
        if failed and not one.skip_bad_rows:
            raise _Failed(failed)
        _keep(one, rows, written)
        wakeups.gather()
    checking.count(one)
    one.state, one.applied_at, one.finished_at = SheetImport.State.APPLIED, clock.now(), clock.now()
    one.version += 1
    one.save()
    told = {"made": one.made_count, "changed": one.changed_count, "unchanged": one.unchanged_count, "left_out": one.bad_count}
    audit.record(one.started_by, "import.applied", one, told)


def _shown(one: SheetImport, batch: list[ReadRow]) -> dict[int, str]:
    """What the check showed of those rows that fitted, by number; they are written anew."""
    fitting = one.rows.filter(number__range=(batch[0].number, batch[-1].number)).exclude(outcome=ImportRow.Outcome.BAD)
    shown = dict(fitting.values_list("number", "seen"))
    fitting.delete()
    return shown


def _written(row: ReadRow, kind: Importable, terms: Terms, columns: dict[str, str], shown: str) -> Any:
    """What the verbs made of the row, None where it changes nothing or does not fit; so does one that would do something else
    than was shown, because somebody saved meanwhile what it is about."""
    row_reading.plan(row, kind, terms, columns)
    if row.plan is not None and checking.seen(row) != shown:
        row_reading.take(row, Exception(_saved(row, kind)), columns)
        return None
    if row.plan is None or (row.existing is not None and not row.plan.changes):
        return None
    try:
        with transaction.atomic():  # a refused row leaves its savepoint, not the transaction
            return kind.carry_out(row.told, row.existing, row.plan, terms)
    except ConcordError as refusal:
        row_reading.take(row, refusal, columns)
    except PermissionDenied:
        row_reading.take(row, Exception(_("Your roles do not include what this row would do.")), columns)
    return None


def _saved(row: ReadRow, kind: Importable) -> str:
    by = latest.saved_by(kind.kind, row.existing.pk) if row.existing is not None else None
    if by is None:
        return _("This is not as it was when the sheet was checked. Check the sheet again and look at it.")
    return _("%(name)s saved this since the sheet was checked. Check the sheet again and look at both.") % {"name": by}


def _keep(one: SheetImport, rows: list[ReadRow], written: list[Any]) -> None:
    checking.keep(one, rows)
    done = {row.number: result for row, result in zip(rows, written, strict=True) if result is not None}
    newest = _newest_entries(one.kind, [result.subject.pk for result in done.values()])
    kept = list(ImportRow.objects.filter(sheet_import=one, number__in=done))
    for row in kept:
        result = done[row.number]
        row.subject_id, row.undo = result.subject.pk, dict(result.undo)
        row.label, row.last_entry = str(result.subject)[:200], newest.get(result.subject.pk)
    ImportRow.objects.bulk_update(kept, ["subject_id", "undo", "label", "last_entry"], batch_size=row_reading.BATCH)


def _newest_entries(kind: str, ids: list[int]) -> dict[int, int]:
    found = AuditEntry.objects.filter(kind=kind, subject_id__in=ids).values("subject_id").annotate(newest=Max("id"))
    return dict(found.order_by().values_list("subject_id", "newest"))


@transaction.atomic
def _take_back(one: SheetImport, rows: list[ReadRow]) -> None:
    one.refresh_from_db()
    numbers = [row.number for row in rows]
    ImportProblem.objects.filter(sheet_import=one, number__in=numbers).delete()
    ImportRow.objects.filter(sheet_import=one, number__in=numbers).delete()
    checking.keep(one, rows)
    checking.count(one)
    one.state, one.version = SheetImport.State.CHECKED, one.version + 1
    one.refusal = _("Nothing was imported: rows that fitted before do not any more. See below, then import again.")
    one.save()
    audit.record(one.started_by, "import.taken_back", one, {"bad": one.bad_count})
