"""Concerns as people read them: one's own with what became of them, and for the triage desk those that wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.people import organisations
from portal.people.models import User
from portal.people.reach import grants
from risks.models import Concern, Risk
from risks.models.concern import SETTLE, TRIAGE, ConcernSender, of_person

MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One concern; `raised_by` None where the reader may not know. `risk` None where it became none, or none they may name."""

    concern: Concern
    raised_by: User | None
    risk: Risk | None
    days: int  # until it was settled, or since it was raised
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Book:
    mine: Sequence[Line]
    waiting: Sequence[Line]
    settled: Sequence[Line]  # lately, of others
    at_desk: bool

    @property
    def longest(self) -> int:
        return max((line.days for line in self.waiting), default=0)


def read(user: User) -> Book:
    """One's own, and of the desk what waits, the oldest first, and what was settled last. Four queries at most."""
    rows = Concern.objects.visible_to(user).select_related("unit", "raised_by", "settled_by", "risk")
    mine = list(rows.filter(of_person(user.pk)).order_by("-pk")[:MOST])
    at_desk = SETTLE in grants(user).permissions
    waiting = list(rows.waiting().order_by("pk")[:MOST]) if at_desk else []
    settled = (
        list(rows.exclude(state=Concern.State.WAITS).exclude(of_person(user.pk)).order_by("-settled_at")[:MOST]) if at_desk else []
    )
    names = _names([*waiting, *settled, *mine], user)
    own = {one.pk for one in mine}
    told = {row.pk: _line(row, names, row.pk in own) for row in (*mine, *waiting, *settled)}
    return Book(*([told[row.pk] for row in part] for part in (mine, waiting, settled)), at_desk)


def lines(found: Sequence[Concern], user: User) -> Mapping[int, Line]:
    """By id, concerns that `user` may open, with their unit, risk and people. One query."""
    names = _names(found, user)
    return {row.pk: _line(row, names, user in (row.raised_by, names.get(row.pk))) for row in found}


def one(concern: Concern, user: User) -> Line:
    """One concern that `user` may open, with its unit, risk and people. One query."""
    return lines([concern], user)[concern.pk]


def _names(found: Sequence[Concern], user: User) -> Mapping[int, User]:
    """Who raised those without a name, as far as the reader may know."""
    secret = {one.pk for one in found if one.is_anonymous}
    rows = ConcernSender.objects.filter(concern__in=secret).select_related("person")
    if TRIAGE not in grants(user).permissions:
        rows = rows.filter(person=user)
    return {row.concern_id: row.person for row in rows} if secret else {}


def _line(concern: Concern, names: Mapping[int, User], is_mine: bool) -> Line:
    last = concern.settled_at
    end = organisations.day_of(last) if last else organisations.today()
    risk = None if concern.risk is None or concern.risk.is_confidential else concern.risk
    days = max((end - organisations.day_of(concern.raised_at)).days, 0)
    return Line(concern, concern.raised_by or names.get(concern.pk), risk, days, is_mine)
