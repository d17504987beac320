"""What holds an account in its place: a seat, a change of one that waits, or being the only administrator."""

from dataclasses import dataclass

from django.db.models import Exists, Q

from portal.people.errors import LastAdministrator, StillSeated
from portal.people.models import Appointment, AppointmentProposal, RoleAssignment, User


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody sits in or stands in for a seat, is named in a proposal that waits, or alone administers."""

    is_seated: bool
    is_proposed: bool
    is_last_administrator: bool


def of(person: User) -> Standing:
    """One query."""
    named = Q(holder=person) | Q(substitute=person)
    admins = administrators()
    found = User.objects.filter(pk=person.pk).values_list(
        Exists(Appointment.objects.filter(named, ended_at=None)),
        Exists(AppointmentProposal.objects.open().filter(named)),
        Exists(admins.filter(user=person)) & ~Exists(admins.exclude(user=person)),
    )
    return Standing(*found.get())


def administrators():
    """The roles by which people administer today."""
    return RoleAssignment.objects.filter(role=RoleAssignment.Role.ADMIN, ended_at=None, user__is_active=True)


def check_may_close(person: User) -> None:
    """Raises StillSeated, since two people change a seat, and LastAdministrator. Seats are locked by then."""
    found = of(person)
    if found.is_seated or found.is_proposed:
        raise StillSeated
    if found.is_last_administrator:
        raise LastAdministrator
