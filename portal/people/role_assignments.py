"""Roles of persons and service accounts: give and end."""

from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from portal import clock
from portal.people import roles, standing
from portal.people.errors import HoldsASeat, LastAdministrator, OwnAccount, ServiceAccountOnly
from portal.people.models import Appointment, RoleAssignment, Unit, User
from portal.record import audit


@transaction.atomic
def give(user: User, role: str, unit: Unit, *, actor: Any, for_seat: str = "") -> RoleAssignment:
    """Let `user` act in `role` for `unit` and below, a preparer or counsel `for_seat`; a role they have there already is returned
    as it is.

    Raises OwnAccount, ServiceAccountOnly, or HoldsASeat for a role that keeps out of the seats.
    """
    if actor is not None and actor.pk == user.pk:
        raise OwnAccount
    if user.is_service != (role == RoleAssignment.Role.INTEGRATION):
        raise ServiceAccountOnly
    _wait_for_others()
    if role in roles.NEVER_SEATED and _seated(user):
        raise HoldsASeat
    given = RoleAssignment.objects.filter(user=user, role=role, unit=unit, for_seat=for_seat, ended_at=None).first()
    if given is not None:
        return given
    given = RoleAssignment.objects.create(
        user=user, role=role, unit=unit, for_seat=for_seat, granted_by=actor, granted_at=clock.now()
    )
    audit.record(actor, "user.role_given", user, _keys(given))
    return given


@transaction.atomic
def end(assignment: RoleAssignment, *, actor: Any) -> RoleAssignment:
    """From now on `user` acts no longer in this role; nothing happens to one that ended before. Raises OwnAccount, or
    LastAdministrator where no other would be left."""
    _wait_for_others()
    assignment = RoleAssignment.objects.select_for_update().select_related("user").get(pk=assignment.pk)
    if assignment.ended_at is None:
        if actor is not None and actor.pk == assignment.user_id:
            raise OwnAccount
        if _is_last_administrator(assignment):
            raise LastAdministrator
        assignment.ended_at = clock.now()
        assignment.save(update_fields=["ended_at"])
        audit.record(actor, "user.role_ended", assignment.user, _keys(assignment))
    return assignment


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1129270851, 3)")  # as appointments do


def _is_last_administrator(assignment: RoleAssignment) -> bool:
    if assignment.role != RoleAssignment.Role.ADMIN or not assignment.user.is_active:
        return False
    return not standing.administrators().exclude(pk=assignment.pk).exists()


def _seated(user: User) -> bool:
    return Appointment.objects.filter(Q(holder=user) | Q(substitute=user), ended_at=None).exists()


def _keys(assignment: RoleAssignment) -> dict[str, Any]:
    seat = {"seat": assignment.for_seat} if assignment.for_seat else {}
    return {"role": assignment.role, "unit": assignment.unit_id, **seat}
