"""The work of a bulk edit, row by row, each in a transaction of its own: a second of it in the request, the rest in a worker."""

import time
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock, turns
from portal.errors import ConcordError, Invalid, Stale
from portal.record import audit
from portal.record.models import AuditEntry
from portal.web import collisions
from portal.workbench import bulk_edits, editing, latest, listed
from portal.workbench.listed import Listed
from portal.workbench.models import BulkEdit, BulkEditRow

MOST_ATTEMPTS = 5
AT_ONCE = 50  # rows read together
IN_REQUEST = 1.0  # seconds
State, Outcome = BulkEdit.State, BulkEditRow.Outcome
WAITS = {State.CHECKING: Outcome.WAITING, State.APPLYING: Outcome.FITS, State.UNDOING: Outcome.DONE}
ENDS = {State.CHECKING: State.CHECKED, State.APPLYING: State.APPLIED, State.UNDOING: State.UNDONE}


def work_waiting() -> int:
    """Do what waits, or what a worker left behind; how many edits came to the end of a step."""
    return sum(work(pk) for pk in BulkEdit.objects.at_work().order_by("pk").values_list("pk", flat=True))


def work(pk: int, seconds: float | None = None) -> bool:
    """Go on with one edit, `seconds` at most; whether its step came to the end. False where another is at it."""
    with turns.alone("bulk edit", pk) as alone:
        edit = _begun(pk) if alone else None
        if edit is None:
            return False
        until = None if seconds is None else time.monotonic() + seconds
        kind = listed.as_defined(edit.kind)
        with translation.override(edit.started_by.language):
            while rows := list(edit.rows.filter(outcome=WAITS[edit.state]).order_by("pk")[:AT_ONCE]):
                for row in rows:
                    _one(edit, kind, row)
                    if until is not None and time.monotonic() > until:
                        return False
        _finish(edit)
        return True


@transaction.atomic
def _begun(pk: int) -> BulkEdit | None:
    """Under the claim: what is to be done. A step that failed too often, or whose beginner lost the right to it, is given up."""
    edit = BulkEdit.objects.select_for_update(of=["self"]).select_related("started_by").get(pk=pk)
    if not edit.is_at_work:
        return None
    edit.attempts += 1
    edit.save(update_fields=["attempts"])
    if edit.attempts > MOST_ATTEMPTS:
        return _refuse(edit, _("This step failed again and again. Tell an administrator its number."))
    if not bulk_edits.may(listed.of_kind(edit.kind), edit.started_by):
        return _refuse(edit, _("Whoever began this change may not change these rows any more."))
    return edit


def _refuse(edit: BulkEdit, sentence: str) -> None:
    """What was changed stays changed; anything else ends here."""
    edit.state = State.APPLIED if edit.state == State.UNDOING else State.REFUSED
    edit.refusal, edit.finished_at, edit.version = sentence, clock.now(), edit.version + 1
    edit.save(update_fields=["state", "refusal", "finished_at", "version"])
    audit.record(None, "bulk_edit.refused", edit, {"kind": edit.kind})


@transaction.atomic
def _finish(edit: BulkEdit) -> None:
    before = edit.state
    edit.state, edit.attempts, edit.finished_at = ENDS[before], 0, clock.now()
    edit.version += 1
    edit.save(update_fields=["state", "attempts", "finished_at", "version"])
    if before != State.CHECKING:
        outcomes = edit.rows.values_list("outcome", flat=True)
        told = {name.lower(): count for name in Outcome.values if (count := sum(one == name for one in outcomes))}
        verb = "bulk_edit.applied" if before == State.APPLYING else "bulk_edit.undone"
        audit.record(edit.started_by, verb, edit, {"kind": edit.kind, "fields": sorted(edit.fields), **told})


def _one(edit: BulkEdit, kind: Listed, row: BulkEditRow) -> None:
    """The step for one row, with what came of it, together or not at all."""
    step = {State.CHECKING: _try, State.APPLYING: _apply, State.UNDOING: _undo}[edit.state]
    refused = Outcome.KEPT if edit.state == State.UNDOING else Outcome.REFUSED
    try:
        with transaction.atomic():
            step(edit, kind, row)
            row.save()
        return
    except Stale:
        row.outcome, row.sentence = refused if edit.state == State.UNDOING else Outcome.STALE, _saved_by(edit, row)
    except ConcordError as error:
        row.outcome, row.sentence = refused, _told(error)
    except ValidationError as error:
        row.outcome, row.sentence = refused, error.messages[0]
    except PermissionDenied:
        row.outcome, row.sentence = refused, _("Your roles do not include changing this row.")
    except OperationalError as error:
        if collisions.state_of(error) != collisions.HELD:  # somebody saves the row
            raise
        row.outcome, row.sentence = refused, _("Somebody is saving this row right now. Look again in a moment.")
    row.sentence = row.sentence[:300]
    row.save()


def _try(edit: BulkEdit, kind: Listed, row: BulkEditRow) -> None:
    """Do it and take it back: what the verb would refuse is known, and what it would change."""
    with transaction.atomic():
        _change(edit, kind, row)
        transaction.set_rollback(True)
    row.undo = {}
    row.outcome, row.sentence = (Outcome.FITS if row.changes else Outcome.SAME), ""


def _apply(edit: BulkEdit, kind: Listed, row: BulkEditRow) -> None:
    subject = _change(edit, kind, row)
    row.outcome, row.sentence, row.seen_version = Outcome.DONE, "", subject.version
    row.last_entry = AuditEntry.objects.filter(kind=kind.kind, subject_id=row.subject_id).aggregate(newest=Max("id"))["newest"]


def _undo(edit: BulkEdit, kind: Listed, row: BulkEditRow) -> None:
    subject = _visible(edit, kind, row)
    later = AuditEntry.objects.filter(kind=kind.kind, subject_id=row.subject_id, id__gt=row.last_entry, actor__isnull=False)
    if later.exists():
        raise Stale(_("Something was done with it since."))
    known = {one.name: one for one in kind.editable}
    before = {name: editing.put_back(known[name].field(edit.started_by), kept) for name, kept in row.undo.items()}
    kind.change(subject, actor=edit.started_by, version=row.seen_version, **before)
    row.outcome, row.sentence = Outcome.UNDONE, ""


def _change(edit: BulkEdit, kind: Listed, row: BulkEditRow) -> Any:
    """By the verb of the kind, in the version that was seen; notes on `row` what differs, also what the verb set besides."""
    subject = _visible(edit, kind, row)
    known = {one.name: one for one in kind.editable}
    told = {name: known[name].field(edit.started_by).clean(kept) for name, kept in edit.fields.items()}
    before = {one.name: (editing.plain(editing.present(subject, one)), editing.shown(subject, one)) for one in kind.editable}
    changed = kind.change(subject, actor=edit.started_by, version=row.seen_version, **told)
    after = {one.name: (editing.plain(editing.present(changed, one)), editing.shown(changed, one)) for one in kind.editable}
    differ = [one for one in kind.editable if before[one.name][0] != after[one.name][0]]
    row.changes = [[str(one.label), before[one.name][1][:200], after[one.name][1][:200]] for one in differ]
    row.undo = {one.name: before[one.name][0] for one in differ}
    return changed


def _visible(edit: BulkEdit, kind: Listed, row: BulkEditRow) -> Any:
    found = kind.subject.visible_to(edit.started_by).filter(pk=row.subject_id).first()
    if found is None:
        raise Invalid(_("You may not open this row any more."))
    return found


def _saved_by(edit: BulkEdit, row: BulkEditRow) -> str:
    person = latest.saved_by(edit.kind, row.subject_id)
    if person is None:
        return _("Somebody saved it since you chose it.")
    return _("%(name)s saved it since you chose it.") % {"name": person}


def _told(error: ConcordError) -> str:
    fields = getattr(error, "fields", {})
    sentences = [str(sentence) for found in fields.values() for sentence in found]
    return " ".join(dict.fromkeys(sentences)) or str(error)
