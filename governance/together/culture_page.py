"""Culture by department as it is read: one quarter, each department against its own past, in the order of the organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from governance.together import alignment, culture, quarters
from governance.together.models import CultureChampion, CultureConsent, CultureLine, CultureReply
from portal.people import organisations
from portal.people.models import Unit

MOST_QUARTERS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One department: this quarter, the one before (None where the reader has none), what its head says; `early` while only they
    see it."""

    line: CultureLine
    before: CultureLine | None
    reply: CultureReply | None
    early: bool
    may_reply: bool


@dataclass(frozen=True)
class Page:
    """`since` is None while it is not agreed; then nothing of any quarter is shown."""

    offices: Sequence[tuple[str, CultureConsent | None]]
    since: date | None
    mine: str | None
    quarter: date | None
    opens_on: date | None
    all_quarters: Sequence[date]
    rows: Sequence[Row]
    champions: Sequence[CultureChampion]
    may_name: Sequence[Unit]  # departments whose champions the reader names

    @property
    def word(self) -> str:
        return "" if self.quarter is None else quarters.word(self.quarter)

    @property
    def quarter_words(self) -> list[tuple[date, str]]:
        return [(one, quarters.word(one)) for one in self.all_quarters]

    @property
    def withheld(self) -> int:
        return sum(row.line.is_withheld for row in self.rows)

    @property
    def early(self) -> bool:
        return any(row.early for row in self.rows)

    @property
    def agreed_now(self) -> bool:
        """Whether the reader's own office agrees today."""
        word = dict(self.offices).get(self.mine or "")
        return word is not None and word.is_agreed


def read(user: Any, told: date | None = None) -> Page:
    """The newest quarter of which `user` may read a line, or the one they ask for. Six queries at most."""
    known = culture.said()
    since = culture.agreed_since(known)
    seen = CultureLine.objects.visible_to(user)
    days: list[date] = []
    if since is not None:
        found = seen.order_by("-quarter__quarter_on").values_list("quarter__quarter_on", flat=True).distinct()
        days = list(found[:MOST_QUARTERS])
    first = told if told in days else days[0] if days and told is None else None
    rows = _rows(seen, first, user) if first is not None else []
    named = CultureChampion.objects.visible_to(user).filter(ended_at=None, person__is_active=True).select_related("unit", "person")
    mine = alignment.office_of(user)
    return Page(
        offices=[(office, known.get(office)) for office in alignment.PAIR],
        since=since,
        mine=mine,
        quarter=first,
        opens_on=rows[0].line.quarter.opens_on if rows else None,
        all_quarters=days,
        rows=rows,
        champions=sorted(named.order_by("person__name"), key=lambda one: culture.order(one.unit)),
        may_name=headed_by(user),
    )


def headed_by(user: Any) -> list[Unit]:
    """The departments whose champions `user` names: all for the two, else those they head. One query."""
    units = culture.departments() if alignment.office_of(user) else culture.departments().filter(head=user)
    return sorted(units, key=culture.order)


def _rows(seen: Any, first: date, user: Any) -> list[Row]:
    """Two queries."""
    lines = seen.filter(quarter__quarter_on__in=(first, quarters.before(first))).select_related("quarter", "unit")
    by_quarter: dict[date, dict[int, CultureLine]] = {}
    for line in sorted(lines, key=lambda one: culture.order(one.unit)):
        by_quarter.setdefault(line.quarter.quarter_on, {})[line.unit_id] = line
    now, past = by_quarter.get(first, {}), by_quarter.get(quarters.before(first), {})
    newest = (
        CultureReply.objects.filter(line__in=now.values()).select_related("written_by").order_by("line", "-id").distinct("line")
    )
    replies: Mapping[int, CultureReply] = {row.line_id: row for row in newest}
    today = organisations.today()
    return [
        Row(
            line,
            past.get(pk),
            replies.get(line.pk),
            line.quarter.opens_on > today,
            line.unit.head_id == user.pk and not line.is_withheld,
        )
        for pk, line in now.items()
    ]
