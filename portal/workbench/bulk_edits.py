"""Change many rows of a list at once: choose rows, choose fields, see the difference, apply, undo for a day.

Each row stands for itself and goes by the verb of its kind; the work itself is `bulk_work`'s.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.record import audit
from portal.workbench import editing, listed, tables
from portal.workbench.errors import NothingToChange, NotNow, TooLateToUndo
from portal.workbench.listed import Listed
from portal.workbench.models import BulkEdit, BulkEditRow

MOST_ROWS = 10_000
UNDO_FOR = timedelta(hours=24)
State, Outcome = BulkEdit.State, BulkEditRow.Outcome


def may(kind: Listed, user: Any) -> bool:
    """Whether `user` may change rows of this kind at all; each row is asked for itself."""
    return kind.change is not None and user.has_perm(kind.permission) and user.has_perm(kind.write_permission)


@transaction.atomic
def start(kind: Listed, *, actor: Any, question: tables.Asked, ids: Iterable[int] | None = None) -> BulkEdit:
    """The rows that `question` asks for, or those of `ids` among them, in the version in which `actor` sees them. Raises Invalid
    for none and for too many, PermissionDenied."""
    _require(kind, actor)
    rows = tables.rows(question, actor).prefetch_related(None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids)[: MOST_ROWS + 1])
    seen = list(rows.values_list("pk", "version")[: MOST_ROWS + 1])
    if not 1 <= len(seen) <= MOST_ROWS:
        sentence = _("Choose 1 to %(most)s rows, with a narrower filter where there are more.") % {"most": f"{MOST_ROWS:,}"}
        raise Invalid(sentence, {"rows": [sentence]})
    edit = BulkEdit.objects.create(kind=kind.kind, started_by=actor)
    rows_of_edit = (BulkEditRow(bulk_edit=edit, subject_id=pk, seen_version=version) for pk, version in seen)
    BulkEditRow.objects.bulk_create(rows_of_edit, batch_size=2000)
    audit.record(actor, "bulk_edit.started", edit, {"kind": kind.kind, "rows": len(seen)})
    return edit


@transaction.atomic
def settle(edit: BulkEdit, *, actor: Any, fields: Mapping[str, Any]) -> BulkEdit:
    """What to set in all of its rows (name → what a form sends); they are tried next. Raises NotNow, Invalid by field."""
    edit = _locked(edit, State.CHOOSING, State.CHECKED)
    kind = listed.as_defined(edit.kind)
    _require(kind, actor)
    edit.fields = _kept(kind, fields, actor)
    edit.rows.update(outcome=Outcome.WAITING, sentence="", changes=[])
    return _hand_over(edit, State.CHECKING)


@transaction.atomic
def look_again(edit: BulkEdit, *, actor: Any) -> BulkEdit:
    """Try those that were refused or saved by others, as they stand now. Raises NotNow, NothingToChange."""
    edit = _locked(edit, State.CHECKED, State.APPLIED)
    kind = listed.as_defined(edit.kind)
    _require(kind, actor)
    left = list(edit.rows.filter(outcome__in=(Outcome.STALE, Outcome.REFUSED)))
    if not left:
        raise NothingToChange
    versions = dict(kind.subject.visible_to(actor).filter(pk__in=[row.subject_id for row in left]).values_list("pk", "version"))
    for row in left:
        row.seen_version = versions.get(row.subject_id, row.seen_version)
        row.outcome, row.sentence, row.changes = Outcome.WAITING, "", []
    BulkEditRow.objects.bulk_update(left, ["seen_version", "outcome", "sentence", "changes"], batch_size=1000)
    return _hand_over(edit, State.CHECKING)


@transaction.atomic
def apply(edit: BulkEdit, *, actor: Any) -> BulkEdit:
    """Change the rows that fit. Raises NotNow, NothingToChange."""
    edit = _locked(edit, State.CHECKED)
    _require(listed.of_kind(edit.kind), actor)
    if not edit.rows.filter(outcome=Outcome.FITS).exists():
        raise NothingToChange
    edit.applied_at = clock.now()
    return _hand_over(edit, State.APPLYING)


@transaction.atomic
def undo(edit: BulkEdit, *, actor: Any) -> BulkEdit:
    """Change back what nobody touched since. Raises NotNow, TooLateToUndo."""
    edit = _locked(edit, State.APPLIED)
    _require(listed.of_kind(edit.kind), actor)
    if not may_undo(edit):
        raise TooLateToUndo(_("A change of many rows can be undone for 24 hours. Change the rows one by one now."))
    return _hand_over(edit, State.UNDOING)


@transaction.atomic
def try_again(edit: BulkEdit, *, actor: Any) -> BulkEdit:
    """Go on with what a worker gave up: rows that were not changed are tried anew, so that nothing is written unseen; an undoing is
    begun again. Raises NotNow, PermissionDenied."""
    edit = _locked(edit, State.REFUSED, State.APPLIED)
    _require(listed.of_kind(edit.kind), actor)
    if not may_try_again(edit):
        raise NotNow(edit.get_state_display())
    if edit.state == State.REFUSED:
        left = edit.rows.exclude(outcome__in=(Outcome.DONE, Outcome.UNDONE, Outcome.KEPT))
        left.update(outcome=Outcome.WAITING, sentence="", changes=[])
    audit.record(actor, "bulk_edit.tried_again", edit, {"kind": edit.kind})
    return _hand_over(edit, State.CHECKING if edit.state == State.REFUSED else State.UNDOING)


def may_try_again(edit: BulkEdit) -> bool:
    """Whether it was given up, and an undoing only as long as there is time."""
    return edit.state == State.REFUSED or (bool(edit.refusal) and may_undo(edit))


def may_undo(edit: BulkEdit) -> bool:
    return edit.state == State.APPLIED and clock.now() < edit.applied_at + UNDO_FOR


def _kept(kind: Listed, fields: Mapping[str, Any], actor: Any) -> dict[str, str]:
    """The answers as they are kept, each understood once. Raises Invalid."""
    known = {one.name: one for one in kind.editable if one.several}
    wrong: dict[str, list[str]] = {}
    kept: dict[str, str] = {}
    for name, told in fields.items():
        if name not in known:
            wrong[name] = [_("Rows of this kind have no such field to set. They have: %s.") % ", ".join(known)]
            continue
        try:
            kept[name] = editing.plain(known[name].field(actor).clean("" if told is None else str(told)))
        except ValidationError as error:
            wrong[name] = list(error.messages)
    if not fields:
        wrong[""] = [_("Choose at least one field to set.")]
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], wrong)
    return kept


def _hand_over(edit: BulkEdit, state: str) -> BulkEdit:
    edit.state, edit.refusal, edit.attempts, edit.finished_at = state, "", 0, None
    edit.version += 1
    edit.save()
    return edit


def _locked(edit: BulkEdit, *states: str) -> BulkEdit:
    edit = BulkEdit.objects.select_for_update(of=["self"]).select_related("started_by").get(pk=edit.pk)
    if edit.state not in states:
        raise NotNow(edit.get_state_display())
    return edit


def _require(kind: Listed, actor: Any) -> None:
    if not may(kind, actor):
        raise PermissionDenied
