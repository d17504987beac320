"""Alignment as it is read: eight terms with their rows, as far as the pair lets the reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from governance.together import alignment, alignment_readings, alignment_terms
from governance.together.alignment_terms import Measured
from governance.together.models import AlignmentConsent, OwnershipArea
from portal import clock, subjects
from portal.archive.errors import NotOverYet

WORDS = {
    "answered_in_time": (
        _("Answered within the agreed days"),
        _("Of what was asked of either office: both had answered within five working days."),
    ),
    "settled_by_the_two": (
        _("Settled by the two"),
        _("Of the differences that were settled: by the two, not by the arbiter."),
    ),
    "gates_first_time": (
        _("Gates passed first time, and answered in time"),
        _(
            "Of the gates that were passed: nothing was found not met, nothing waived for IT, nothing let go by security, which"
            " answered in time. An edition of criteria that asks less counts as one that did not go well."
        ),
    ),
    "security_before_design": (
        _("Security joined before design"),
        _("Of the initiatives that reached design: security had joined before, or was asked and silent for five working days."),
    ),
    "areas_without_fault": (
        _("Areas without a fault"),
        _("Of the charter's areas: one office answers, and no open risk of theirs stands on the other side."),
    ),
    "goals_on_track": (_("Shared goals on track"), _("Of the goals both signed: met or on track by their readings.")),
    "board_answered_jointly": (
        _("Questions of the board answered jointly"),
        _("Of the board's questions that were answered, or are late: by one answer of both, within five working days."),
    ),
    "exceptions_on_plan": (
        _("Exceptions on plan"),
        _("Of the exceptions that had begun: within their days, or fixed by their last day."),
    ),
}


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
    formula: int = alignment_terms.FORMULA

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
    """What `user` may read of it today: as it stands, or as it was known `at` a moment. Three queries. Raises NotOverYet."""
    if at is not None and at > clock.now():
        raise NotOverYet
    known = alignment.said()
    mine = alignment.office_of(user)
    if not alignment.may_read(user, known):
        return Page(alignment.level(known), known, mine, [], None, None)
    kept, read_on = alignment_readings.newest(at)
    return Page(alignment.level(known), known, mine, [Term(one) for one in kept], alignment_terms.overall(kept), read_on)


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
