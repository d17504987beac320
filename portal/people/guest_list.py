"""A list of people to invite, as a spreadsheet exports it: every mistake by row and column at once, then all of it or nothing."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.errors import Invalid
from portal.people import accounts, invitations
from portal.people.invitations import Guest
from portal.people.models import Invitation, RoleAssignment, Unit, User

COLUMNS = ("email", "name", "unit", "roles", "language", "time_zone")
NEEDED = ("email", "name")
LARGEST_BYTES = 1024 * 1024
MOST_ROWS = 500
Role = RoleAssignment.Role
INVITED_TO = [  # preparers and counsel are named by a leader, for one seat; integrations sign in by token
    role for role in Role if role not in (Role.PREPARER, Role.COUNSEL, Role.INTEGRATION)
]


@dataclass(frozen=True)
class Row:
    """One person as the list names them; `line` is the line of the file. `known` is who has that address already."""

    line: int
    cells: Mapping[str, str]
    guest: Guest | None
    known: User | None
    wrong: Mapping[str, Sequence[str]] = field(default_factory=dict)  # sentences by column


@dataclass(frozen=True)
class GuestList:
    """What a file says: `faults` are of the file as a whole. It can be carried out when nothing is wrong and somebody is new."""

    rows: Sequence[Row] = ()
    faults: Sequence[str] = ()

    @property
    def new(self) -> list[Row]:
        return [row for row in self.rows if row.guest is not None and row.known is None and not row.wrong]

    @property
    def known(self) -> list[Row]:
        return [row for row in self.rows if row.known is not None]

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.wrong]

    @property
    def is_ready(self) -> bool:
        return bool(self.new) and not self.faults and not self.wrong


def decode(content: bytes) -> str:
    """The text of a file. Raises Invalid where it is too large or no text."""
    if len(content) > LARGEST_BYTES:
        raise Invalid(_("The list was not read."), {"file": [_("A list holds at most 1 MB; send it in parts.")]})
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid(_("The list was not read."), {"file": [_("This is no text. Save the sheet as CSV and send that.")]})


def read(text: str) -> GuestList:
    """Everything the list says and everything that is wrong with it, whatever it is; asks the database twice."""
    lines = list(_lines(text))
    if not lines:
        return GuestList(faults=[_("The list is empty. Its first line names the columns: %s.") % ", ".join(COLUMNS)])
    head = [cell.strip().lower().replace(" ", "_").replace("-", "_") for cell in lines[0][1]]
    if faults := _wrong_head(head):
        return GuestList(faults=faults)
    if len(lines) > MOST_ROWS + 1:
        return GuestList(faults=[_("A list holds at most %d people; send it in parts.") % MOST_ROWS])
    if len(lines) == 1:
        return GuestList(faults=[_("The list names nobody below its first line.")])
    cells = [(line, dict(zip(head, [cell.strip() for cell in row], strict=False)), len(row) > len(head)) for line, row in lines[1:]]
    return GuestList(rows=list(_judged(cells)))


@transaction.atomic
def invite(text: str, *, actor: Any) -> list[Invitation]:
    """Invite everybody of the list who is not here yet; all of them or none. Raises Invalid while anything is wrong with it."""
    found = read(text)
    if not found.is_ready:
        raise Invalid(_("Nobody was invited: mend the list first."), {"file": [_("It names nobody new, or holds mistakes.")]})
    return invitations.invite_all([row.guest for row in found.new if row.guest], actor=actor)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every line that is not blank; comma, semicolon or tab, whichever the first line holds most of."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error:
        return


def _wrong_head(head: Sequence[str]) -> list[str]:
    faults = [_("The column “%s” is missing.") % name for name in NEEDED if name not in head]
    faults += [
        _("“%(name)s” is no column; there are %(known)s.") % {"name": name[:60], "known": ", ".join(COLUMNS)}
        for name in head
        if name not in COLUMNS
    ]
    return faults + [_("The column “%s” is there twice.") % name for name, times in Counter(head).items() if times > 1]


def _judged(lines: Sequence[tuple[int, Mapping[str, str], bool]]) -> Iterator[Row]:
    addresses = [cells.get("email", "").lower() for _line, cells, _long in lines]
    here = {user.email.lower(): user for user in User.objects.filter(email__in=addresses)}
    units = _units()
    seen: dict[str, int] = {}
    for line, cells, too_long in lines:
        email = cells.get("email", "").lower()
        known = here.get(email)
        guest, wrong = (None, {}) if known else _guest(cells, units)
        if email and email in seen:
            wrong["email"] = [_("The same address stands in line %d.") % seen[email]]
        if too_long:
            wrong[""] = [_("This line has more cells than there are columns.")]
        seen.setdefault(email, line)
        in_order = {name: wrong[name] for name in (*COLUMNS, "") if name in wrong}
        yield Row(line, cells, guest, known, in_order)


def _guest(cells: Mapping[str, str], units: Mapping[str, list[Unit]]) -> tuple[Guest, dict[str, list[str]]]:
    wrong: dict[str, list[str]] = {}
    unit = _unit(cells.get("unit", "")[:120], units, wrong)
    guest = Guest(
        email=cells.get("email", "").lower(),
        name=cells.get("name", ""),
        unit=unit,
        roles=_roles(cells.get("roles", ""), wrong),
        language=cells.get("language") or "en",
        time_zone=cells.get("time_zone", ""),
    )
    wrong |= accounts.wrong_fields(User(email=guest.email, name=guest.name, language=guest.language, time_zone=guest.time_zone))
    return guest, wrong


def _unit(told: str, units: Mapping[str, list[Unit]], wrong: dict[str, list[str]]) -> Unit | None:
    found = units.get(told.lower(), [])
    if told and not found:
        wrong["unit"] = [_("There is no unit called “%s”.") % told]
    elif len(found) > 1:
        many = _("%(n)d units are called “%(name)s”; write it with those above, as in “Company / Site”.")
        wrong["unit"] = [many % {"n": len(found), "name": told}]
    return found[0] if len(found) == 1 else None


def _roles(told: str, wrong: dict[str, list[str]]) -> list[str]:
    roles = []
    for word in filter(None, (part.strip() for part in told.replace("|", ";").replace(",", ";").split(";"))):
        role = next((one for one in INVITED_TO if word.lower() in (one.value.lower(), str(one.label).lower())), None)
        if role is None:
            known = {"word": word[:60], "known": ", ".join(str(one.label) for one in INVITED_TO)}
            wrong.setdefault("roles", []).append(_("“%(word)s” is no role; there are %(known)s.") % known)
        else:
            roles.append(role.value)
    return roles


def _units() -> Mapping[str, list[Unit]]:
    """Units by their name, and by their name with those above them, in small letters."""
    units = {unit.pk: unit for unit in Unit.objects.filter(archived_at=None)}
    found: dict[str, list[Unit]] = {}
    for unit in units.values():
        above = [units[int(pk)].name for pk in unit.path.strip("/").split("/") if int(pk) in units]
        for name in {unit.name.lower(), " / ".join(above).lower()}:
            found.setdefault(name, []).append(unit)
    return found
