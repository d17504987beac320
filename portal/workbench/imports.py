"""Bring a sheet in: start, settle the mapping, import, undo. The work itself is a worker's (checking, applying, undoing)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.record import audit, files
from portal.workbench import importable, mapping, sheets, undoing
from portal.workbench.errors import FileGone, NothingToImport, NotNow, RowsDoNotFit, UnreadableSheet
from portal.workbench.models import SheetImport

LONGEST_SOURCE = 60
KEPT_DAYS = 30
UNDO_FOR = timedelta(hours=24)
State = SheetImport.State


def start(
    stream: BinaryIO,
    *,
    actor: Any,
    kind: str,
    source: str,
    unit: Any = None,
    file_name: str = "",
    limit_bytes: int | None = None,
) -> SheetImport:
    """A sheet that waits for its mapping. Raises UnreadableSheet with nothing stored, Invalid by field, PermissionDenied."""
    brought = importable.as_defined(kind)
    _require(actor, brought)
    source = " ".join(source.split())
    if not source or len(source) > LONGEST_SOURCE:
        sentence = _("Name the source in 1 to 60 characters, the same each time, such as risk-register-finance.")
        raise Invalid(sentence, {"source": [sentence]})
    size, limit = _size(stream), limit_bytes or settings.BROWSER_UPLOAD_LIMIT
    if size > limit:
        raise UnreadableSheet(
            _("This file is larger than %(megabytes)d MB. Split the sheet and import one part after the other.")
            % {"megabytes": limit // (1024 * 1024)}
        )
    layout, first = sheets.sniff(stream, size)
    columns = mapping.columns_of(layout.header, first, brought, mapping.remembered(kind, source))
    stream.seek(0)
    with transaction.atomic():
        gone_on = organisations.today() + timedelta(days=KEPT_DAYS)
        file = files.store(stream, file_name or source, "application/octet-stream", actor=actor, limit=limit, gone_on=gone_on)
        one = SheetImport.objects.create(
            kind=kind,
            source=source,
            unit=unit,
            file=file,
            file_name=file.name,
            sha256=file.sha256,
            layout=layout.as_json(),
            columns=columns,
            started_by=actor,
        )
        audit.record(actor, "import.started", one, {"kind": kind, "sha256": file.sha256, "columns": len(columns)})
    return one


@transaction.atomic
def settle_mapping(
    one: SheetImport,
    *,
    actor: Any,
    columns: Mapping[str, str | None],
    choices: Mapping[str, str] | None = None,
    confirmed_names: Iterable[str] = (),
) -> SheetImport:
    """Say what each column is (field, or empty: ignored on purpose) and let a worker check every row.

    `confirmed_names` are those of the suggestions that really are meant. Raises NotNow, FileGone, Invalid by column.
    """
    one = _locked(one, State.MAPPING, State.CHECKED, State.REFUSED)
    brought = importable.as_defined(one.kind)
    _require(actor, brought)
    if one.file is None:
        raise FileGone
    mapping.settle(one, brought, columns, choices or {})
    wanted = {" ".join(name.split()).casefold() for name in confirmed_names}
    one.confirmed |= {name: pk for name, pk in one.suggestions.items() if name in wanted}
    _hand_over(one, State.CHECKING)
    audit.record(actor, "import.mapped", one, {"fields": sorted(filter(None, one.mapping.values()))})
    return one


@transaction.atomic
def apply(one: SheetImport, *, actor: Any, skip_bad_rows: bool = False) -> SheetImport:
    """Let a worker write what the check showed: every row, or none where one fails; `skip_bad_rows` leaves out those that do
    not fit. Raises NotNow, FileGone, RowsDoNotFit, NothingToImport."""
    one = _locked(one, State.CHECKED)
    _require(actor, importable.of_kind(one.kind))
    if one.file is None:
        raise FileGone
    if one.bad_count and not skip_bad_rows:
        raise RowsDoNotFit(one.bad_count)
    if not one.made_count and not one.changed_count:
        raise NothingToImport
    one.skip_bad_rows = skip_bad_rows
    _hand_over(one, State.APPLYING)
    audit.record(actor, "import.handed_over", one, {"rows": one.row_count, "left_out": one.bad_count})
    return one


@transaction.atomic
def undo(one: SheetImport, *, actor: Any) -> SheetImport:
    """Let a worker bring back what was there: made rows are archived, changed ones changed back. Raises NotNow, TooLateToUndo,
    TouchedSince."""
    one = _locked(one, State.APPLIED)
    brought = importable.of_kind(one.kind)
    _require(actor, brought)
    undoing.check_time(one, UNDO_FOR)
    undoing.check_untouched(one, brought)
    _hand_over(one, State.UNDOING)
    audit.record(actor, "import.undo_asked", one)
    return one


@transaction.atomic
def try_again(one: SheetImport, *, actor: Any) -> SheetImport:
    """Let a worker check once more what it gave up. Raises NotNow, FileGone."""
    one = _locked(one, State.REFUSED)
    _require(actor, importable.of_kind(one.kind))
    if one.file is None:
        raise FileGone
    if not may_try_again(one):
        raise NotNow(one.get_state_display())
    _hand_over(one, State.CHECKING)
    audit.record(actor, "import.tried_again", one)
    return one


def may_try_again(one: SheetImport) -> bool:
    """Once it is said what its columns are, and while its file is there."""
    return one.state == State.REFUSED and bool(one.mapping) and one.file_id is not None


def may_undo(one: SheetImport) -> bool:
    """Whether there is still time; whether rows were touched is asked when somebody wants it."""
    return one.state == State.APPLIED and clock.now() < one.applied_at + UNDO_FOR


def _hand_over(one: SheetImport, state: str) -> None:
    one.state, one.refusal, one.attempts, one.done_count = state, "", 0, 0
    one.version += 1
    one.save()


def _locked(one: SheetImport, *states: str) -> SheetImport:
    one = SheetImport.objects.select_for_update(of=["self"]).select_related("file", "unit", "started_by").get(pk=one.pk)
    if one.state not in states:
        raise NotNow(one.get_state_display())
    return one


def _require(actor: Any, brought: importable.Importable) -> None:
    if not actor.has_perm("workbench.import") or not actor.has_perm(brought.permission):
        raise PermissionDenied


def _size(stream: BinaryIO) -> int:
    stream.seek(0, 2)
    return stream.tell()
