"""Bringing people in: the leaders of the seats, and everybody else by a list."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from portal.errors import ConcordError, Invalid
from portal.people import appointments, invitations, organisations, role_assignments
from portal.people.errors import AlreadySetUp
from portal.people.models import Appointment, RoleAssignment, Unit, User

SEATS = Appointment.Seat
ROLES = [(key, word) for key, word in RoleAssignment.Role.choices if key != RoleAssignment.Role.INTEGRATION]
MOST_LINES = 500
MOST_SHOWN = 100


@dataclass(frozen=True)
class Named:
    """Somebody by name and e-mail; nobody where the e-mail is empty."""

    name: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        return bool(self.email)


@dataclass(frozen=True)
class Guest:
    """One line of the list, as it will be done; `user` where there is an account with this e-mail already."""

    name: str
    email: str
    role: str
    unit: Unit
    user: User | None

    @property
    def role_word(self) -> str:
        return str(RoleAssignment.Role(self.role).label)


@transaction.atomic
def seat_all(wanted: Mapping[str, tuple[Named, Named]], *, actor: Any) -> None:
    """Let (holder, substitute) hold by seat, whatever was said before; nobody leaves it vacant. People without an account are
    invited. All or none. Raises AlreadySetUp, and Invalid by "CIO_email" with the one sentence of whatever rule refuses."""
    if organisations.is_set_up():
        raise AlreadySetUp
    company = Unit.objects.filter(parent=None, archived_at=None).first()
    people = {seat: tuple(_brought(one, seat, company, actor) for one in pair) for seat, pair in wanted.items()}
    sitting = {row.seat: row for row in Appointment.objects.filter(ended_at=None)}
    changed = [seat for seat, pair in people.items() if _of(sitting.get(seat)) != tuple(user and user.pk for user in pair)]
    for seat in changed:
        appointments.vacate(seat, actor=actor)
    for seat in (seat for seat in SEATS.values if seat in changed):
        holder, substitute = people[seat]
        if holder is None:
            continue
        try:
            appointments.appoint(seat, holder, actor=actor, substitute=substitute)
        except ConcordError as refusal:
            raise Invalid(str(refusal), {f"{seat}_email": [str(refusal)]}) from refusal


def plan(text: str) -> list[Guest]:
    """The people of a list, one a line: name, e-mail, role, unit. Raises Invalid with one sentence a wrong line."""
    tree = {unit.name.casefold(): unit for unit in Unit.objects.filter(archived_at=None).order_by("-path")}
    company = Unit.objects.filter(parent=None, archived_at=None).first()
    roles = {str(word).casefold(): key for key, word in ROLES} | {key.casefold(): key for key, _word in ROLES}
    lines = [(number, row) for number, row in enumerate(_rows(text), start=1) if any(cell.strip() for cell in row)]
    emails = [row[1].strip().lower() for _number, row in lines if len(row) > 1]
    known = {user.email.lower(): user for user in User.objects.filter(email__in=emails)}
    guests, wrong, seen = [], [], set()
    for number, row in lines[:MOST_LINES]:
        name, email, role, unit = ([cell.strip() for cell in row] + [""] * 4)[:4]
        email = email.lower()
        told = _wrong_with(name, email, role, unit, roles, tree)
        if email in seen:
            told = _("%(email)s stands here twice.") % {"email": email}
        seen.add(email)
        if told:
            wrong.append(_("Line %(line)s: %(what)s") % {"line": number, "what": told})
        else:
            key = roles[role.casefold()] if role else RoleAssignment.Role.COLLEAGUE
            guests.append(Guest(name, email, key, tree[unit.casefold()] if unit else company, known.get(email)))
    if len(lines) > MOST_LINES:
        wrong.append(_("Take at most %(n)s lines at once.") % {"n": MOST_LINES})
    if wrong:
        raise Invalid(_("Some lines do not fit."), {"people": wrong})
    return guests


@transaction.atomic
def invite_all(text: str, *, actor: Any) -> list[Guest]:
    """Invite everybody of the list and give them their role; all or none. Raises as `plan` does, and Invalid with the sentence
    of a rule that refuses a role."""
    guests = plan(text)
    for guest in guests:
        try:
            user = guest.user or _invited(guest.name, guest.email, guest.unit, actor)
            role_assignments.give(user, guest.role, guest.unit, actor=actor)
        except Invalid:
            raise
        except ConcordError as refusal:
            told = _("%(name)s: %(what)s") % {"name": guest.name, "what": refusal}
            raise Invalid(str(refusal), {"people": [told]}) from refusal
    return guests


def here(user: Any) -> Any:
    """Who has an account, with what they do; a constant number of queries."""
    given = Prefetch("role_assignments", RoleAssignment.objects.filter(ended_at=None).select_related("unit"), to_attr="given")
    seats = Prefetch("appointments", to_attr="seats")
    found = User.objects.visible_to(user).filter(is_service=False, is_active=True).select_related("unit")
    return found.prefetch_related(given, seats).order_by("name", "pk")[:MOST_SHOWN]


def _brought(one: Named, seat: str, company: Unit, actor: Any) -> User | None:
    if not one:
        return None
    known = User.objects.filter(email__iexact=one.email.strip()).first()
    if known is not None:
        return known
    try:
        return _invited(one.name, one.email, company, actor)
    except Invalid as refusal:
        sentences = [sentence for told in refusal.fields.values() for sentence in told]
        raise Invalid(str(refusal), {f"{seat}_email": sentences}) from refusal


def _invited(name: str, email: str, unit: Unit, actor: Any) -> User:
    return invitations.invite(email, name, actor=actor, unit=unit).user


def _of(row: Appointment | None) -> tuple[int | None, int | None]:
    return (row.holder_id, row.substitute_id) if row else (None, None)


def _rows(text: str) -> list[list[str]]:
    """Cells parted by commas, semicolons or, as a sheet copies them, by tabs."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return [next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), []) for line in text.splitlines()]


def _wrong_with(name: str, email: str, role: str, unit: str, roles: Mapping[str, str], tree: Mapping[str, Unit]) -> str:
    if not name:
        return _("a name comes first.")
    try:
        validate_email(email)
    except ValidationError:
        return _("“%(email)s” is no e-mail address.") % {"email": email}
    if role and role.casefold() not in roles:
        return _("“%(role)s” is no role; take one of the list below.") % {"role": role}
    if unit and unit.casefold() not in tree:
        return _("There is no unit “%(unit)s”; write its name as in the tree.") % {"unit": unit}
    return ""
