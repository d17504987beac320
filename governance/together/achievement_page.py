"""Achievements as people read them: what waits for the two, what was published, cash and modelled losses each on their own, and
what one office backs of the other's plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from governance.together import achievements
from governance.together.models import Achievement, Backing
from portal import subjects
from portal.people.reach import grants
from risks.models import Treatment

MOST = 100  # of each, unless all are asked for
NOTHING = Decimal("0.00")
Kind = Achievement.Kind


@dataclass(frozen=True, slots=True)
class Line:
    """One of them with what it rests on, "" where the reader may not open that."""

    row: Achievement
    label: str
    url: str
    may_verify: bool


@dataclass(frozen=True, slots=True)
class Backed:
    row: Backing
    label: str
    url: str
    may_end: bool


@dataclass(frozen=True)
class Page:
    waiting: Sequence[Line]
    published: Sequence[Line]
    cash: Decimal  # a year, confirmed by finance
    modelled: Decimal  # a year, verified by the other office; never added to `cash`
    backed: Sequence[Backed]
    is_pair: bool
    waiting_count: int  # shown or not, as the next one
    published_count: int
    backed_is_cut: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether more wait or were published than are shown."""
        return len(self.waiting) + len(self.published) < self.waiting_count + self.published_count

    @property
    def shown(self) -> int:
        return len(self.waiting) + len(self.published)


def read(user: Any, *, most: int | None = MOST) -> Page:
    """What `user` may read of it, the newest `most` of each or all. Five queries, and one a kind of what it rests on."""
    seats = grants(user).seats
    State = Achievement.State
    known = Achievement.objects.visible_to(user).exclude(state=State.DECLINED)
    rows = list(known.select_related("settled_by", "verified_by", "cio", "ciso")[:most])
    told = {(state, kind): (sum_, n) for state, kind, sum_, n in _counted(known)}
    sums = {kind: sum_ for (state, kind), (sum_, _n) in told.items() if state == State.PUBLISHED}
    standing = Backing.objects.visible_to(user).standing().select_related("backed_by")
    backings = list(standing[: None if most is None else most + 1])
    backed_is_cut = most is not None and len(backings) > most
    backings = backings[:most]
    things = subjects.fetch([(one.subject_kind, one.subject_id) for one in (*rows, *backings)], user)
    lines = [_line(row, things, seats) for row in rows]
    return Page(
        [line for line in lines if line.row.state == State.PROPOSED],
        [line for line in lines if line.row.state == State.PUBLISHED],
        sums.get(Kind.CASH_SAVED) or NOTHING,
        sums.get(Kind.LOSS_LOWERED) or NOTHING,
        [Backed(one, *_named(one, things), one.office in seats) for one in backings],
        bool(seats & achievements.PAIR),
        sum(n for (state, _kind), (_sum, n) in told.items() if state == State.PROPOSED),
        sum(n for (state, _kind), (_sum, n) in told.items() if state == State.PUBLISHED),
        backed_is_cut,
    )


def _counted(rows: QuerySet) -> QuerySet:
    return rows.order_by().values_list("state", "kind").annotate(sum=Sum("amount"), n=Count("pk"))


def plans_to_back(user: Any):
    """Plans that wait or are under way, as far as `user` may open them."""
    open_ones = Treatment.objects.visible_to(user).filter(Q(state="PROPOSED") | Q(state="APPROVED"), archived_at=None)
    return open_ones.order_by("-pk")


def _line(row: Achievement, things: Mapping[tuple[str, int], Any], seats: Any) -> Line:
    return Line(row, *_named(row, things), row.needs_verification and row.verifier in seats)


def _named(row: Any, things: Mapping[tuple[str, int], Any]) -> tuple[str, str]:
    thing = things.get((row.subject_kind, row.subject_id))
    if thing is None:
        return "", ""
    kind = subjects.of_kind(row.subject_kind)
    return kind.label(thing), kind.url(thing)
