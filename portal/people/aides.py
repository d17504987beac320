"""The people around a seat: preparers, who see and draft for it, and counsel, who advise it. They sign nothing."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.errors import Invalid
from portal.people import role_assignments
from portal.people.errors import NotYourSeat
from portal.people.models import Appointment, RoleAssignment, Unit, User
from portal.people.reach import grants

ROLES = (RoleAssignment.Role.PREPARER, RoleAssignment.Role.COUNSEL)
NAME = "people.name_aide"


@transaction.atomic
def name(person: User, role: str, seat: str, *, actor: User) -> RoleAssignment:
    """Let `person` prepare for `seat`, or advise it; whoever fills that seat says so. Raises Invalid by field, NotYourSeat, and
    what `role_assignments.give` refuses: whoever fills a seat prepares for none."""
    fields: dict[str, list[str]] = {}
    if role not in ROLES:
        fields["role"] = [_("Choose whether they prepare or advise.")]
    if seat not in Appointment.Seat.values:
        fields["seat"] = [_("Choose one of the seats.")]
    if person.is_service or not person.is_active:
        fields["person"] = [_("Name somebody who works here.")]
    if fields:
        raise Invalid(_("This cannot be named so."), fields)
    if seat not in grants(actor).seats:
        raise NotYourSeat
    company = Unit.objects.get(parent=None, archived_at=None)
    return role_assignments.give(person, role, company, actor=actor, for_seat=seat)


@transaction.atomic
def dismiss(assignment: RoleAssignment, *, actor: User) -> RoleAssignment:
    """They do so no longer; said by whoever fills that seat now, or by an administrator. Raises NotYourSeat."""
    if not may_dismiss(assignment, actor):
        raise NotYourSeat
    return role_assignments.end(assignment, actor=actor)


def may_dismiss(assignment: RoleAssignment, actor: Any) -> bool:
    return assignment.for_seat in grants(actor).seats or (actor.has_perm("people.assign_role") and assignment.user_id != actor.pk)


def current():
    """Those who are named for a seat now."""
    return RoleAssignment.objects.filter(ended_at=None).exclude(for_seat="").select_related("user", "granted_by")
