"""Where the offices differ, whose rating is waited for, and what may still be objected to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from portal.people import organisations, reach, seating
from portal.web import listing
from portal.web.listing import Order
from risks import offices
from risks.models import Office, Rating, RatingRound
from risks.rounds import settled_between_until

State = RatingRound.State
NEWEST = Order("-new", "id", descending=True)
VIEWS = {
    "different": State.DIFFERENT,
    "waiting": State.OPEN,
    "objectable": State.OBJECTABLE,
    "settled": State.SETTLED,
}


@dataclass(frozen=True)
class Row:
    """One round in the list."""

    round: RatingRound
    sides: tuple[tuple[str, Rating | None], ...]  # (seat, newest revealed rating) in fixed order
    waiting_for: tuple[str, ...]
    days_open: int
    arbiter_on: date | None


@dataclass(frozen=True)
class Book:
    view: str
    counts: Mapping[str, int]
    rows: tuple[Row, ...]
    page: Any


RATINGS = Prefetch("ratings", queryset=Rating.objects.select_related("rated_by").order_by("pk"))


def rounds(user: Any) -> QuerySet[RatingRound]:
    """What `user` may open, each with its ratings from the first to the newest."""
    return bare_rounds(user).prefetch_related(RATINGS)


def bare_rounds(user: Any) -> QuerySet[RatingRound]:
    """The same without the ratings, for whoever reads those of several lists at once."""
    return RatingRound.objects.visible_to(user).select_related("risk__unit", "risk__score_state")


def waiting_for(user: Any) -> QuerySet[RatingRound]:
    """The rounds that the office of `user`, who leads it, has not rated yet, or may settle; to the arbiter every difference.
    Oldest first."""
    return asked_of(rounds(user), user).order_by("pk")


def asked_of(seen: QuerySet[RatingRound], user: Any) -> QuerySet[RatingRound]:
    """The same among those that are `seen`."""
    seats = reach.grants(user).seats
    office = next((office for office, seat in offices.SEAT.items() if seat in seats), None)
    if seating.ARBITER in seats and office is None:
        return seen.filter(state=State.DIFFERENT)
    if office is None:
        return seen.none()
    asked = Q(state=State.OPEN) & ~Q(rated_offices__contains=[office])
    return seen.filter(asked | Q(state=State.DIFFERENT))


def read(user: Any, params: Mapping[str, str]) -> Book:
    """One page of a view. Five queries."""
    view = params.get("view", "different")
    view = view if view in VIEWS else "different"
    counts = _counts(user)
    page = listing.page_of(rounds(user).filter(state=VIEWS[view]), NEWEST, params, total=counts[view])
    return Book(view, counts, tuple(row(one) for one in page.rows), page)


def row(found: RatingRound) -> Row:
    """The round as a line of a list; its ratings are read already."""
    newest = {rating.office: rating for rating in found.ratings.all()}
    open_since = organisations.day_of(found.opened_at)
    different = found.state == State.DIFFERENT and found.revealed_at is not None
    return Row(
        round=found,
        sides=tuple((offices.SEAT[office], newest.get(office)) for office in Office),
        waiting_for=tuple(offices.SEAT[office] for office in Office if office not in found.rated_offices),
        days_open=(organisations.today() - open_since).days,
        arbiter_on=settled_between_until(found) if different else None,
    )


def _counts(user: Any) -> dict[str, int]:
    views = {view: Count("pk", filter=Q(state=state)) for view, state in VIEWS.items()}
    return RatingRound.objects.visible_to(user).aggregate(**views)
