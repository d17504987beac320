"""A change of many rows as people read it: how many of each outcome, and the difference row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from portal.web import listing
from portal.web.listing import Order, Page
from portal.workbench import bulk_edits, listed
from portal.workbench.models import BulkEdit, BulkEditRow

BY_PLACE = Order("place", "id")
SIZE = 100
Outcome = BulkEditRow.Outcome
State = BulkEdit.State
WRITTEN = (Outcome.DONE, Outcome.UNDONE, Outcome.KEPT)


@dataclass(frozen=True, slots=True)
class Line:
    """`label` and `changes` are empty where the reader may not open the row any more."""

    row: BulkEditRow
    label: str
    url: str
    changes: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Overview:
    counts: Mapping[str, int]
    total: int
    done: int  # of the step under way
    percent: int
    tabs: Sequence[tuple[str, str, int, bool]]  # (word, address, rows, whether it is shown)
    page: Page
    lines: Sequence[Line]
    may_undo: bool
    left: int  # that can be tried again
    may_try_again: bool  # the whole, which was given up


def of(edit: BulkEdit, user: Any, outcome: str, params: Mapping[str, str]) -> Overview:
    """Three queries."""
    counts = dict(edit.rows.order_by().values("outcome").annotate(count=Count("pk")).values_list("outcome", "count"))
    total = sum(counts.values())
    rows = edit.rows.filter(**({"outcome": outcome} if outcome else {}))
    page = listing.page_of(rows, BY_PLACE, params, size=SIZE, total=counts.get(outcome, 0) if outcome else total)
    waits = {State.CHECKING: Outcome.WAITING, State.APPLYING: Outcome.FITS, State.UNDOING: Outcome.DONE}.get(edit.state)
    done = total - counts.get(waits, 0) if waits else total
    words = dict(Outcome.choices)
    return Overview(
        counts=counts,
        total=total,
        done=done,
        percent=done * 100 // total if total else 0,
        tabs=[
            (_("All rows"), "?", total, not outcome),
            *((str(words[name]), f"?outcome={name}", counts[name], name == outcome) for name in Outcome.values if name in counts),
        ],
        page=page,
        lines=_lines(edit, page.rows, user),
        may_undo=bulk_edits.may_undo(edit) and bool(counts.get(Outcome.DONE)),
        left=counts.get(Outcome.STALE, 0) + counts.get(Outcome.REFUSED, 0),
        may_try_again=bulk_edits.may_try_again(edit) and bulk_edits.may(listed.of_kind(edit.kind), user),
    )


def _lines(edit: BulkEdit, rows: Sequence[BulkEditRow], user: Any) -> list[Line]:
    subject = listed.of_kind(edit.kind).subject
    seen = {thing.pk: thing for thing in subject.visible_to(user).filter(pk__in=[row.subject_id for row in rows])}
    return [
        Line(row, subject.label(thing), subject.url(thing), row.changes)
        if (thing := seen.get(row.subject_id)) is not None
        else Line(row, "", "", ())
        for row in rows
    ]
