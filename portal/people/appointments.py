"""Seats: who fills which, and who stands in where one person would fill two."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from portal import clock
from portal.people import roles
from portal.people.errors import NeverSeated, SubstituteNeeded
from portal.people.models import Appointment, RoleAssignment, User
from portal.record import audit

ORDER = [Appointment.Seat.CIO, Appointment.Seat.CISO, Appointment.Seat.CSO, Appointment.Seat.ARBITER]


@dataclass(frozen=True)
class Filled:
    """Who acts in a seat; `as_substitute` is shown wherever they do."""

    seat: str
    person: User
    as_substitute: bool


@transaction.atomic
def appoint(seat: str, holder: User, *, actor: Any, substitute: User | None = None) -> Appointment:
    """`holder` fills `seat` from now on; the former appointment ends. Raises NeverSeated, SubstituteNeeded."""
    people = [holder, *([substitute] if substitute else [])]
    locked = list(User.objects.select_for_update().filter(pk__in=[person.pk for person in people]).order_by("pk"))
    kept_out = RoleAssignment.objects.filter(user__in=locked, role__in=roles.NEVER_SEATED, ended_at=None)
    if any(person.is_service or not person.is_active for person in locked) or kept_out.exists():
        raise NeverSeated
    others = Appointment.objects.filter(holder=holder, ended_at=None).exclude(seat=seat)
    if others.exists() and substitute is None:
        raise SubstituteNeeded
    former = Appointment.objects.select_for_update().filter(seat=seat, ended_at=None).first()
    if former is not None:
        former.ended_at = clock.now()
        former.save(update_fields=["ended_at"])
    appointment = Appointment.objects.create(seat=seat, holder=holder, substitute=substitute, since=clock.now())
    audit.record(
        actor,
        "user.appointed",
        holder,
        {"seat": seat, "before": former.holder_id if former else None, "substitute": substitute.pk if substitute else None},
    )
    return appointment


def filled() -> dict[str, Filled]:
    """Who acts in each seat today. Whoever holds two fills the first in order; the second falls to its substitute."""
    found: dict[str, Filled] = {}
    taken: set[int] = set()
    rows = {row.seat: row for row in Appointment.objects.filter(ended_at=None).select_related("holder", "substitute")}
    for seat in ORDER:
        row = rows.get(seat)
        if row is None:
            continue
        person, stands_in = row.holder, False
        if not person.is_active or person.pk in taken:
            person, stands_in = row.substitute, True
        if person is not None and person.is_active and person.pk not in taken:
            found[seat] = Filled(seat, person, stands_in)
            taken.add(person.pk)
    return found
