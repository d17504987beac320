"""The list of decisions as people read it: what waits for the reader first, with where each office stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from governance.together import moving
from governance.together.models import Decision
from portal import subjects
from portal.signing import signatures
from portal.signing import standing as standings
from portal.web import listing
from portal.web.listing import Order, Page

State = Decision.State
VIEWS: Mapping[str, Q] = {
    "open": Q(state=State.OPEN) | Q(stale_since__isnull=False, state=State.DECIDED),
    "differ": Q(state=State.OPEN, differs_since__isnull=False),
    "decided": Q(state=State.DECIDED, stale_since=None),
    "drafts": Q(state=State.DRAFT),
    "withdrawn": Q(state=State.WITHDRAWN),
}
NEWEST = Order("-number", "id", descending=True)


@dataclass(frozen=True, slots=True)
class Row:
    decision: Decision
    is_mine: bool  # waits for an answer of the reader
    waits_for: tuple[str, ...]
    refused_by: tuple[str, ...]
    arbiter_on: date | None


@dataclass(frozen=True, slots=True)
class Book:
    view: str
    counts: Mapping[str, int]
    rows: tuple[Row, ...]
    page: Page


def read(user: Any, params: Any) -> Book:
    """One page of a view. Nine queries at most, however many rows."""
    view = _view(params)
    visible = subjects.of_kind("decision").visible_to(user).current()
    counts = visible.order_by().aggregate(**{name: Count("pk", filter=which) for name, which in VIEWS.items()})
    page = listing.page_of(visible.filter(VIEWS[view]), NEWEST, params, total=counts[view])
    stands = standings.read({("decision", row.pk): row for row in page.rows if row.is_put})
    rows = tuple(_row(row, stands.get(("decision", row.pk)), user) for row in page.rows)
    return Book(view, counts, rows, page)


def found(user: Any, params: Any) -> QuerySet[Decision]:
    """All that the address asks for, as it leaves the house in tables and files: nothing privileged, whoever asks."""
    return subjects.of_kind("decision").visible_to(user).current().filter(VIEWS[_view(params)], is_privileged=False)


def views(user: Any) -> list[tuple[str, str]]:
    words = {"open": _("open"), "differ": _("offices differ"), "decided": _("decided")}
    words |= {"drafts": _("drafts"), "withdrawn": _("taken back")}
    return [(name, words[name]) for name in VIEWS]


def _view(params: Any) -> str:
    view = params.get("view", "open")
    return view if view in VIEWS else "open"


def _row(row: Decision, found: standings.Standing | None, user: Any) -> Row:
    if found is None:
        return Row(row, False, (), (), None)
    refused = tuple(slot.words for slot in found.slots if slot.refusal is not None)
    waits = tuple(slot.words for slot in found.missing if slot.refusal is None)
    on = moving.due_for_arbiter(row) if refused and row.escalated_at is None else None
    return Row(row, signatures.waits_for(found, user), waits, refused, on)
