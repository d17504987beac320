"""Alignment as it is read: eight terms with their rows, as far as the pair lets the reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from governance.together import alignment, alignment_formula, alignment_readings, alignment_terms
from governance.together.alignment_terms import Measured
from governance.together.alignment_words import WORDS
from governance.together.models import AlignmentConsent, Decision, OwnershipArea
from portal import clock, subjects
from portal.archive.errors import NotOverYet


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a term, as far as the reader may open it."""

    label: str
    url: str
    went_well: bool


@dataclass(frozen=True, slots=True)
class Term:
    measured: Measured

    @property
    def key(self) -> str:
        return self.measured.key

    @property
    def name(self) -> str:
        return str(WORDS[self.key][0])

    @property
    def counts(self) -> str:
        return str(WORDS[self.key][1])

    @property
    def of(self) -> int:
        return len(self.measured.rows)

    @property
    def percent(self) -> Decimal | None:
        share = self.measured.share
        return None if share is None else (share * 100).quantize(Decimal(1))


@dataclass(frozen=True, slots=True)
class Page:
    level: str
    said: Mapping[str, AlignmentConsent]
    mine: str | None  # the reader's seat, where they are one of the pair
    terms: Sequence[Term]  # none where the reader may not read them
    overall: Decimal | None
    read_on: date | None
    rests_on: Decision | None = None  # in which the two were asked for the formula
    may_open: bool = False  # that decision
    formula: int = alignment_terms.FORMULA

    @property
    def published(self) -> str:
        return alignment_formula.published()

    @property
    def is_decided(self) -> bool:
        return alignment_formula.is_decided(self.rests_on)

    @property
    def may_ask(self) -> bool:
        """Whether the reader, one of the pair, may put the formula to both."""
        return self.mine is not None and (self.rests_on is None or self.rests_on.state == Decision.State.WITHDRAWN)

    @property
    def mine_now(self) -> str:
        """What the reader's own office agreed to last."""
        return self.said[self.mine].level if self.mine in self.said else "OFF"

    @property
    def measured(self) -> int:
        return sum(term.percent is not None for term in self.terms)

    @property
    def offices(self) -> list[tuple[str, AlignmentConsent | None]]:
        return [(office, self.said.get(office)) for office in alignment.PAIR]


@dataclass(frozen=True, slots=True)
class Rows:
    """A term opened: its rows, those that did not go well first; `hidden` ones count and may not be opened by the reader."""

    term: Term
    lines: Sequence[Line]
    hidden: int
    read_on: date | None


def read(user: Any, at: datetime | None = None) -> Page:
    """What `user` may read of it today: as it stands, or as it was known `at` a moment. Five queries. Raises NotOverYet."""
    if at is not None and at > clock.now():
        raise NotOverYet
    known = alignment.said()
    mine, rests_on = alignment.office_of(user), alignment_formula.asked()
    asked = (rests_on, rests_on is not None and Decision.objects.visible_to(user).filter(pk=rests_on.pk).exists())
    if not alignment.may_read(user, known):
        return Page(alignment.level(known), known, mine, [], None, None, *asked)
    kept, read_on = alignment_readings.newest(at)
    terms, overall = [Term(one) for one in kept], alignment_terms.overall(kept)
    return Page(alignment.level(known), known, mine, terms, overall, read_on, *asked)


def opened(key: str, user: Any) -> Rows | None:
    """The rows of one term; None where there is no such term that `user` may read. Four queries, and one a kind of its rows."""
    if not alignment.may_read(user, alignment.said()):
        return None
    kept, read_on = alignment_readings.newest()
    found = next((one for one in kept if one.key == key), None)
    if found is None:
        return None
    things = subjects.fetch([(row.kind, row.id) for row in found.rows], user)
    seen = [row for row in found.rows if (row.kind, row.id) in things]
    parts = OwnershipArea.objects.in_force() if any(row.part for row in seen) else OwnershipArea.objects.none()
    names = dict(parts.values_list("key", "name"))
    lines = []
    for row in sorted(seen, key=lambda row: row.went_well):
        kind, thing = subjects.of_kind(row.kind), things[row.kind, row.id]
        lines.append(Line(names.get(row.part) or kind.label(thing), kind.url(thing), row.went_well))
    return Rows(Term(found), lines, len(found.rows) - len(seen), read_on)
