"""A profile as CSV, out and in again: what it gives, it takes back without changing anything. What is blind stays out of it."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from governance.compliance import profiles, ratings, rounds
from governance.compliance.errors import UnreadableCatalog
from governance.compliance.models import Owner, Practice, PracticeRound, Profile
from governance.compliance.readers.csv_catalog import guarded, plain_cell
from portal.errors import ConcordError
from risks.models import Office

COLUMNS = ("identifier", "title", "owner", "it_level", "it_reason", "security_level", "security_reason")
COLUMNS += ("counted_level", "target_level", "note")
NEEDED = {"identifier", "owner", "it_level", "security_level", "target_level", "note"}
OFFICES = {"it": Office.IT, "security": Office.SECURITY}
TIERS = "TIER"  # the line of the tiers, in the columns of the levels, where a profile has them
LARGEST = 5 * 1024 * 1024  # bytes


def write(profile: Profile) -> Iterator[str]:
    """The lines of the sheet. Two queries."""
    rows = list(profile.practices.select_related("requirement", "round").order_by("requirement__place"))
    newest = rounds.newest([row.pk for row in rows])
    yield _line(COLUMNS)
    if profiles.has_tiers(profile):
        yield _line([TIERS, _("Tiers of the organisation"), *[""] * 5, _cell(profile.current_tier), _cell(profile.target_tier), ""])
    for row in rows:
        said = [cell for office in OFFICES.values() for cell in _told(row, newest.get(row.pk, {}).get(office))]
        levels = [_cell(row.current_level), _cell(row.target_level)]
        yield _line([row.requirement.identifier, guarded(row.requirement.title), row.owner, *said, *levels, guarded(row.note)])


@transaction.atomic
def take_in(profile: Profile, stream: BinaryIO, *, actor: Any) -> int:
    """Let every practice be as the sheet says, all or none; returns how many changed. A level that differs from what is revealed
    is a rating, by the rules of `ratings.rate`; the level that counted elsewhere is taken over by nobody but the portal itself
    (`actor` None), where nothing was said yet. Raises UnreadableCatalog, with the line."""
    practices = {row.requirement.identifier: row for row in profile.practices.select_related("requirement", "round")}
    newest = rounds.newest([row.pk for row in practices.values()])
    changed, seen = 0, set()
    for number, line in _lines(stream):
        identifier = line["identifier"]
        practice = practices.get(identifier)
        is_tiers = identifier == TIERS and practice is None and profiles.has_tiers(profile)
        if (practice is None and not is_tiers) or identifier in seen:
            raise UnreadableCatalog(_("Line %(line)d names no requirement of this profile, or one twice.") % {"line": number})
        seen.add(identifier)
        try:
            if practice is None:
                changed += _set_tiers(profile, line, actor)
            else:
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
    said = {name: _level(line[f"{name}_level"]) for name in OFFICES}
    counted, given = _level(line.get("counted_level", "")), [level for level in said.values() if level is not None]
    is_new = practice.current_level is None and practice.round is None and not known
    if actor is None and is_new and counted is not None and counted != min(given, default=None):  # else the ratings let it count
        rounds.let_count(practice, counted)
    for name, office in OFFICES.items():
        level = said[name]
        if level is not None and (known.get(office) is None or known[office].level != level):
            practice = ratings.rate(practice, office, level, actor=actor, reason=line.get(f"{name}_reason", ""))
    return practice.version != before


def _set_tiers(profile: Profile, line: dict[str, str], actor: Any) -> bool:
    tiers = {"current_tier": _level(line.get("counted_level", "")), "target_tier": _level(line["target_level"])}
    before = profile.version
    return profiles.set_tiers(profile, actor=actor, version=None, **tiers).version != before


def _level(text: str) -> int | None:
    if not text:
        return None
    if text not in "01234" or len(text) > 1:
        raise UnreadableCatalog(_("a level is 0, 1, 2, 3 or 4, or empty"))
    return int(text)


def _told(practice: Practice, rating: Any) -> tuple[str, str]:
    """What an office says, where it owns the practice or has a say in the round that stands."""
    standing = practice.round
    is_left = standing is not None and standing.outcome == PracticeRound.Outcome.LEFT
    if rating is None or (not rounds.owns(practice, rating.office) and (is_left or rating.round_id != practice.round_id)):
        return "", ""
    return str(rating.level), guarded(rating.reason)


def _cell(level: int | None) -> str:
    return "" if level is None else str(level)


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
