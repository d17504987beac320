"""A profile as CSV, out and in again: what it gives, it takes back without changing anything. What is blind stays out of it."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from governance.compliance import profiles, ratings, rounds
from governance.compliance.errors import UnreadableCatalog
from governance.compliance.models import Owner, Practice, Profile
from governance.compliance.readers.csv_catalog import guarded, plain_cell
from portal.errors import ConcordError
from risks.models import Office

COLUMNS = ("identifier", "title", "owner", "it_level", "it_reason", "security_level", "security_reason", "target_level", "note")
NEEDED = {"identifier", "owner", "it_level", "security_level", "target_level", "note"}
OFFICES = {"it": Office.IT, "security": Office.SECURITY}
LARGEST = 5 * 1024 * 1024  # bytes


def write(profile: Profile) -> Iterator[str]:
    """The lines of the sheet. Two queries."""
    rows = list(profile.practices.select_related("requirement").order_by("requirement__place"))
    newest = rounds.newest([row.pk for row in rows])
    yield _line(COLUMNS)
    for row in rows:
        said = [cell for office in OFFICES.values() for cell in _told(newest.get(row.pk, {}).get(office))]
        target = "" if row.target_level is None else row.target_level
        yield _line([row.requirement.identifier, guarded(row.requirement.title), row.owner, *said, target, guarded(row.note)])


@transaction.atomic
def take_in(profile: Profile, stream: BinaryIO, *, actor: Any) -> int:
    """Let every practice be as the sheet says, all or none; returns how many changed. A level that differs from what is revealed is
    a rating, by the rules of `ratings.rate`. Raises UnreadableCatalog, with the line."""
    practices = {row.requirement.identifier: row for row in profile.practices.select_related("requirement")}
    newest = rounds.newest([row.pk for row in practices.values()])
    changed, seen = 0, set()
    for number, line in _lines(stream):
        identifier = line["identifier"]
        practice = practices.get(identifier)
        if practice is None or identifier in seen:
            raise UnreadableCatalog(_("Line %(line)d names no requirement of this profile, or one twice.") % {"line": number})
        seen.add(identifier)
        try:
            changed += _apply(practice, line, newest.get(practice.pk, {}), actor)
        except ConcordError as error:
            told = "; ".join(str(one) for found in getattr(error, "fields", {}).values() for one in found) or str(error)
            raise UnreadableCatalog(_("Line %(line)d: %(told)s") % {"line": number, "told": told}) from None
    return changed


def _apply(practice: Practice, line: dict[str, str], known: Any, actor: Any) -> bool:
    before = practice.version
    owner = line["owner"] or Owner.BOTH
    practice = profiles.aim(
        practice, actor=actor, version=None, owner=owner, target_level=_level(line["target_level"]), note=line["note"]
    )
    for name, office in OFFICES.items():
        level = _level(line[f"{name}_level"])
        if level is not None and (known.get(office) is None or known[office].level != level):
            practice = ratings.rate(practice, office, level, actor=actor, reason=line.get(f"{name}_reason", ""))
    return practice.version != before


def _level(text: str) -> int | None:
    if not text:
        return None
    if text not in "01234" or len(text) > 1:
        raise UnreadableCatalog(_("a level is 0, 1, 2, 3 or 4, or empty"))
    return int(text)


def _told(rating: Any) -> tuple[str, str]:
    return ("", "") if rating is None else (str(rating.level), guarded(rating.reason))


def _lines(stream: BinaryIO) -> Iterator[tuple[int, dict[str, str]]]:
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UnreadableCatalog(_("This sheet is larger than 5 MB. Bring the one that this page gives."))
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableCatalog(_("This is no CSV in UTF-8. Save it as such, and bring it again.")) from None
    if not rows or not rows[0].keys() >= NEEDED:
        raise UnreadableCatalog(_("The sheet has other columns than the one this page gives. Bring that one, changed."))
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values() or "\x00" in "".join(row.values()):
            raise UnreadableCatalog(_("Line %(line)d has too few or too many cells. Check its quotes.") % {"line": number})
        yield number, {name: plain_cell(cell.strip()) for name, cell in row.items()}


def _line(cells: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
