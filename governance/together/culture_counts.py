"""What other systems counted by department in a quarter: people, phishing mails sent and reported, training. Counts alone; the
same again changes nothing."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from governance.together import culture, quarters
from governance.together.errors import CultureOff, QuarterDrawnUp
from governance.together.models import CultureCount, CultureQuarter
from portal import clock, turns
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import Unit
from portal.people.reach import grants
from portal.record import audit

NUMBERS = ("people", "phishing_sent", "phishing_reported", "trained")
COLUMNS = ("quarter", "department", *NUMBERS)
PERSONAL = ("name", "mail", "person", "employee", "staff", "user", "login", "account", "birth", "phone", "manager", "colleague")
MOST, MOST_ROWS, LARGEST_FILE = 1_000_000, 500, 1024 * 1024  # people of a department, rows, bytes


@dataclass(frozen=True, slots=True)
class Told:
    """One row: the department by its id, and the counts by their names."""

    unit_id: int
    quarter_on: date
    counts: Mapping[str, int]


@transaction.atomic
def take_in(rows: Sequence[Told], *, actor: Any) -> int:
    """All of them or none; returns how many differ from what was known. Raises CultureOff, QuarterDrawnUp, Invalid by row."""
    turns.wait_for("culture")
    if culture.agreed_since(culture.said()) is None:
        raise CultureOff
    if not 1 <= len(rows) <= MOST_ROWS:
        raise Invalid(_("This is not complete."), {"rows": [_("Send 1 to %d rows.") % MOST_ROWS]})
    units = {one.pk: one for one in culture.departments()}
    _check(rows, units, actor)
    fresh = []
    for first in sorted({row.quarter_on for row in rows}):
        known = culture.newest_counts(first)
        of_quarter = [row for row in rows if row.quarter_on == first]
        differ = [row for row in of_quarter if row.unit_id not in known or _counts(known[row.unit_id]) != dict(row.counts)]
        if differ and CultureQuarter.objects.filter(quarter_on=first).exists():
            raise QuarterDrawnUp(first)
        fresh += differ
    for row in fresh:
        CultureCount.objects.create(
            unit_id=row.unit_id, quarter_on=row.quarter_on, told_by=actor, known_at=clock.now(), **row.counts
        )
        audit.record(actor, "culture.counted", units[row.unit_id], {"quarter": row.quarter_on.isoformat()})
    return len(fresh)


def read(stream: BinaryIO) -> list[Told]:
    """The rows of a sheet with exactly the columns of COLUMNS, whatever their order. Raises Invalid, with the line."""
    raw = stream.read(LARGEST_FILE + 1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not text.strip() or len(raw) > LARGEST_FILE or "\x00" in text:
        raise _wrong(_("Bring a CSV in UTF-8 of at most 1 MB."))
    first = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        header = [cell.strip().lower() for cell in next(lines, [])]
        check_names(header, COLUMNS, "file")
        if len(set(header)) < len(header) or set(header) != set(COLUMNS):
            raise _wrong(_("Give each of these columns once: %s.") % ", ".join(COLUMNS))
        told = [(number, dict(zip(header, cells, strict=False))) for number, cells in enumerate(lines, start=2) if any(cells)]
    except csv.Error:
        raise _wrong(_("This cannot be read as CSV. Check its quotes.")) from None
    by_name = _by_name()
    return [_row(number, cells, by_name) for number, cells in told]


def check_names(names: Iterable[str], known: Iterable[str], field: str) -> None:
    """Refuse a column that names people, and one that nobody knows. Raises Invalid for `field`."""
    for name in names:
        if name in known:
            continue
        if any(word in name.lower() for word in PERSONAL):
            sentence = _("“%s” would tell of single people. Take it out: only counts by department come in.") % name[:40]
        else:
            sentence = _("“%(name)s” is not known here. Known are: %(known)s.") % {"name": name[:40], "known": ", ".join(known)}
        raise Invalid(_("This is not complete."), {field: [sentence]})


def _check(rows: Sequence[Told], units: Mapping[int, Unit], actor: Any) -> None:
    seen, reach, ahead = set(), grants(actor), quarters.following(quarters.of(organisations.today()))
    for place, row in enumerate(rows):
        unit, wrong = units.get(row.unit_id), ""
        counts = row.counts
        if unit is None or not reach.reaches(unit.path):
            wrong = _("name a department or site of your own.")
        elif row.quarter_on != quarters.of(row.quarter_on) or row.quarter_on >= ahead:
            wrong = _("give a quarter that has begun by its first day, as in 2026-07-01.")
        elif (row.unit_id, row.quarter_on) in seen:
            wrong = _("this department stands here twice for the quarter.")
        elif set(counts) != set(NUMBERS) or not all(_is_count(value) for value in counts.values()) or not counts["people"]:
            wrong = _("give whole numbers from 0 to 1,000,000, and at least one of people.")
        elif counts["phishing_reported"] > counts["phishing_sent"] or counts["trained"] > counts["people"]:
            wrong = _("no more can be reported than was sent, and no more trained than there are people.")
        if wrong:
            told = _("Row %(row)d: %(wrong)s") % {"row": place + 1, "wrong": wrong}
            raise Invalid(_("This is not complete."), {"rows": [told]})
        seen.add((row.unit_id, row.quarter_on))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


def _counts(row: CultureCount) -> dict[str, int]:
    return {name: getattr(row, name) for name in NUMBERS}


def _by_name() -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for unit in culture.departments():
        found.setdefault(unit.name.casefold(), []).append(unit.pk)
        found.setdefault(str(unit.pk), []).append(unit.pk)
    return found


def _row(number: int, cells: Mapping[str, str], by_name: Mapping[str, list[int]]) -> Told:
    first = quarters.read(cells.get("quarter", ""))
    units = by_name.get(cells.get("department", "").strip().casefold(), [])
    values = {name: cells.get(name, "").strip() for name in NUMBERS}
    if any("@" in cell for cell in cells.values()):
        raise _wrong(_("Line %d holds a mail address. Only counts by department come in.") % number)
    if first is None or len(units) != 1:
        raise _wrong(_("Line %d: name a quarter, as in Q3 2026, and one department by its name or id.") % number)
    if not all(value.isascii() and value.isdigit() and len(value) < 8 for value in values.values()):
        raise _wrong(_("Line %d: give whole numbers alone.") % number)
    return Told(units[0], first, {name: int(value) for name, value in values.items()})


def _wrong(sentence: str) -> Invalid:
    return Invalid(_("This is not complete."), {"file": [sentence]})
