"""Bring back what an import changed: made rows archived, changed ones changed back, by the verbs, all or nothing."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import ConcordError
from portal.record import audit
from portal.record.models import AuditEntry
from portal.workbench import progress, row_reading
from portal.workbench.errors import TooLateToUndo, TouchedSince
from portal.workbench.importable import Importable
from portal.workbench.models import ImportRow, SheetImport

NAMED = 3
WRITTEN = (ImportRow.Outcome.MADE, ImportRow.Outcome.CHANGED)


def check_time(one: SheetImport, within: timedelta) -> None:
    """Raises TooLateToUndo."""
    if clock.now() >= one.applied_at + within:
        raise TooLateToUndo


def check_untouched(one: SheetImport, kind: Importable) -> None:
    """Raises TouchedSince where anybody did anything with a row since."""
    later = AuditEntry.objects.filter(kind=one.kind, subject_id=OuterRef("subject_id"), id__gt=OuterRef("last_entry"))
    touched = written(one).filter(Exists(later.exclude(verb__in=kind.quiet_verbs)))
    labels = list(touched.order_by("number").values_list("label", flat=True)[:NAMED])
    if labels:
        raise TouchedSince(labels)


def undo(one: SheetImport, kind: Importable) -> None:
    """All of it or nothing: where one row cannot be brought back, the import stays as it is and says why."""
    try:
        _bring_back(one, kind)
    except ConcordError as refusal:
        one.refresh_from_db()
        one.state, one.version = SheetImport.State.APPLIED, one.version + 1
        one.refusal = _("Nothing was undone. %(why)s") % {"why": refusal}
        one.save()


@transaction.atomic
def _bring_back(one: SheetImport, kind: Importable) -> None:
    check_untouched(one, kind)
    terms = row_reading.terms_of(one)
    last, done = None, 0
    while rows := _before(one, last):
        subjects = kind.subject.model_class._default_manager.in_bulk([row.subject_id for row in rows])
        for row in rows:
            kind.take_back(subjects[row.subject_id], row.outcome == ImportRow.Outcome.MADE, row.undo, terms)
            done += 1
            if done % 50 == 0:
                progress.tell(one.pk, done, row.number)
        last = rows[-1].number
    one.state, one.finished_at, one.version = SheetImport.State.UNDONE, clock.now(), one.version + 1
    one.save()
    audit.record(one.started_by, "import.undone", one, {"rows": done})


def _before(one: SheetImport, number: int | None) -> list[ImportRow]:
    """The last written rows first, so that what came later goes first."""
    rows = written(one).order_by("-number")
    return list((rows if number is None else rows.filter(number__lt=number))[: row_reading.BATCH])


def written(one: SheetImport) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(sheet_import=one, outcome__in=WRITTEN)
