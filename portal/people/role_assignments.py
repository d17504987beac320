"""Roles: given for a unit and everything below it, and ended."""

from typing import Any

from django.db import transaction

from portal import clock
from portal.people import roles
from portal.people.errors import HoldsASeat, ServiceAccountOnly
from portal.people.models import Appointment, RoleAssignment, Unit, User
from portal.record import audit


@transaction.atomic
def give(user: User, role: str, unit: Unit, *, actor: Any) -> RoleAssignment:
    """Let `user` act in `role`; giving it twice changes nothing. Raises HoldsASeat, ServiceAccountOnly."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if (role == RoleAssignment.Role.INTEGRATION) != user.is_service:
        raise ServiceAccountOnly
    if role in roles.NEVER_SEATED and Appointment.objects.filter(holder=user, ended_at=None).exists():
        raise HoldsASeat
    assignment, is_new = RoleAssignment.objects.get_or_create(
        user=user, role=role, unit=unit, ended_at=None, defaults={"granted_by": actor, "granted_at": clock.now()}
    )
    if is_new:
        audit.record(actor, "user.role_given", user, {"role": role, "unit": unit.pk})
    return assignment


@transaction.atomic
def end(assignment: RoleAssignment, *, actor: Any) -> None:
    """The role ends now; ending it twice changes nothing."""
    assignment = RoleAssignment.objects.select_for_update().select_related("user").get(pk=assignment.pk)
    if assignment.ended_at is None:
        assignment.ended_at = clock.now()
        assignment.save(update_fields=["ended_at"])
        audit.record(actor, "user.role_ended", assignment.user, {"role": assignment.role, "unit": assignment.unit_id})
