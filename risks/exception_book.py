"""The list of exceptions as people read it: filtered, those that end first above, with whom each waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from portal import subjects
from portal.people import organisations
from portal.people.models import Unit
from portal.people.reach import grants
from portal.signing import standing as standings
from portal.told import row_key
from portal.web import listing
from portal.web.listing import Order, Page
from portal.workbench.listed import Choice
from risks import hidden
from risks.models import RiskException

Standing = RiskException.Standing
FIRST_END = Order("ends", "ends_on")
LAST_CLOSED = Order("number", "id", descending=True)
VIEWS: Mapping[str, tuple[str, ...]] = {
    "open": (Standing.PROPOSED, Standing.SIGNED, Standing.ACTIVE, Standing.EXPIRED),
    "waiting": (Standing.PROPOSED,),
    "in_force": (Standing.SIGNED, Standing.ACTIVE),
    "live": (Standing.ACTIVE,),
    "expired": (Standing.EXPIRED,),
    "closed": (Standing.CLOSED,),
}


@dataclass(frozen=True, slots=True)
class Row:
    exception: RiskException
    word: str
    waits_for: tuple[str, ...]  # the offices that have not signed it as it stands
    refused: bool


@dataclass(frozen=True, slots=True)
class Book:
    view: str
    kind: str
    counts: Mapping[str, int]
    rows: tuple[Row, ...]
    page: Page
    unit: int | None = None  # asked for with everything below it

    @property
    def within(self) -> str:
        """What a link to another view adds, so that it stays in that unit."""
        return "" if self.unit is None else f"&unit={self.unit}"


def read(user: Any, params: Any) -> Book:
    """One page of a view. Seven queries at most, however many rows."""
    view, kind = _view(params), params.get("kind", "")
    rows_of_kind = _asked(user, params)
    counts = rows_of_kind.order_by().aggregate(**{name: Count("pk", filter=Q(standing__in=named)) for name, named in VIEWS.items()})
    order = LAST_CLOSED if view == "closed" else FIRST_END
    asked_for, besides = rows_of_kind.filter(standing__in=VIEWS[view]), hidden_count(user, params)
    page = listing.page_of(asked_for, order, params, total=counts[view], hidden_count=besides)
    waiting = {("exception", row.pk): row for row in page.rows if row.standing == Standing.PROPOSED}
    stands = standings.read(waiting)
    rows = tuple(_row(row, stands.get(("exception", row.pk))) for row in page.rows)
    return Book(view, kind if kind in RiskException.Kind.values else "", counts, rows, page, unit_told(params))


def found(user: Any, params: Any) -> QuerySet[RiskException]:
    """All that the address asks for, each with its `standing`."""
    rows = _asked(user, params)
    return rows.filter(standing__in=VIEWS[_view(params)]).select_related("risk__unit", "owner", "proposed_by")


def hidden_count(user: Any, params: Any) -> int:
    """How many open ones of confidential risks the whole list counts besides, unless they are one or two: a filter, or so few,
    would tell of them. One query, none for leaders."""
    if _view(params) != "open" or unit_told(params) is not None or params.get("kind", "") in RiskException.Kind.values:
        return 0
    if grants(user).opens_confidential or not user.has_perm("risks.view_exception"):
        return 0
    return hidden.withheld(RiskException.objects.open().filter(risk__in=hidden.rows(user).order_by().values("pk")).count())


def views(user: Any) -> list[tuple[str, str]]:
    words = {"open": _("open"), "waiting": _("waits for signatures"), "in_force": _("in force")}
    words |= {"live": _("in force today"), "expired": _("expired"), "closed": _("closed")}
    return [(name, words[name]) for name in VIEWS]


def standing_word(row: Any) -> Choice:
    """Of a row of `found`."""
    return Choice(row.standing, str(Standing(row.standing).label))


def _view(params: Any) -> str:
    view = params.get("view", "open")
    return view if view in VIEWS else "open"


def unit_told(params: Mapping[str, str]) -> int | None:
    """The unit that an address names; one that is none of ours finds nothing."""
    told = params.get("unit", "")
    return (row_key(told) or 0) if told else None


def _asked(user: Any, params: Any) -> QuerySet[RiskException]:
    """Of one kind and of one unit with everything below it, where the address names them."""
    rows = subjects.of_kind("exception").visible_to(user).with_standing(organisations.today())
    kind, unit = params.get("kind", ""), unit_told(params)
    rows = rows if unit is None else rows.filter(Unit.objects.below([unit], "risk__unit"))
    return rows.filter(kind=kind) if kind in RiskException.Kind.values else rows


def _row(row: Any, found: standings.Standing | None) -> Row:
    waits = tuple(slot.words for slot in found.missing if slot.refusal is None) if found else ()
    return Row(row, str(Standing(row.standing).label), waits, bool(found and found.refusals))
