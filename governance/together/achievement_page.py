"""Achievements as people read them: what waits for the two, what was published, cash and modelled losses each on their own, and
what one office backs of the other's plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from governance.together import achievements
from governance.together.models import Achievement, Backing
from portal import subjects
from portal.people.reach import grants
from risks.models import Treatment

MOST = 100
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

    def of_kind(self, kind: str) -> int:
        return sum(line.row.kind == kind for line in self.published)


def read(user: Any) -> Page:
    """What `user` may read of it. Five queries, and one a kind of what it rests on."""
    seats = grants(user).seats
    known = Achievement.objects.visible_to(user).select_related("settled_by", "verified_by", "cio", "ciso")
    rows = list(known.exclude(state=Achievement.State.DECLINED)[:MOST])
    sums = dict(known.published().order_by().values_list("kind").annotate(sum=Sum("amount")))
    backings = list(Backing.objects.visible_to(user).standing().select_related("backed_by")[:MOST])
    things = subjects.fetch([(one.subject_kind, one.subject_id) for one in (*rows, *backings)], user)
    lines = [_line(row, things, seats) for row in rows]
    return Page(
        [line for line in lines if line.row.state == Achievement.State.PROPOSED],
        [line for line in lines if line.row.state == Achievement.State.PUBLISHED],
        sums.get(Kind.CASH_SAVED) or NOTHING,
        sums.get(Kind.LOSS_LOWERED) or NOTHING,
        [Backed(one, *_named(one, things), one.office in seats) for one in backings],
        bool(seats & achievements.PAIR),
    )


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
