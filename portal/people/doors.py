"""The way back in where no administrator is left: at the host, by whoever runs the machine, seen by auditors and leaders."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from portal.people import accounts, appointments, invitations, letters, role_assignments, second_factors
from portal.people.errors import NobodyThere, NoUnit, PersonOnly
from portal.people.models import Invitation, RoleAssignment, Unit, User
from portal.record import audit


@dataclass(frozen=True)
class Opened:
    """Who is an administrator now, and the link by which they come in; it is shown at the host and mailed to nobody."""

    user: User
    link: str
    told: int  # how many auditors and leaders were written to


@transaction.atomic
def open_door(email: str, *, name: str = "") -> Opened:
    """Make the person of `email` an administrator: their account is opened, their factors are taken away, and a link lets them
    add a new one; where nobody has that address and a `name` is given, a new account is made. The actor is the portal itself.

    Raises NobodyThere, NoUnit, PersonOnly, and HoldsASeat: a leader never administers accounts.
    """
    company = Unit.objects.filter(parent=None, archived_at=None).first()
    if company is None:
        raise NoUnit
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None and not name.strip():
        raise NobodyThere
    if user is not None and user.is_service:
        raise PersonOnly
    user = user or accounts.make(email, name, unit=company, actor=None)
    if not user.is_active:
        accounts.reopen(user, actor=None)
    role_assignments.give(user, RoleAssignment.Role.ADMIN, company, actor=None)
    invitation = _let_in(user)
    letters.withdraw(user, invitation.pk)
    audit.record(None, "user.door_opened", user)
    return Opened(user, invitations.link_of(invitation), _tell(user))


@transaction.atomic
def print_link(email: str) -> str:
    """A fresh link of whoever has been invited, for where mail does not go out. Raises NobodyThere, or AlreadyIn."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise NobodyThere
    found = Invitation.objects.open().filter(user=user, purpose=Invitation.Purpose.FACTOR).first()
    invitation = invitations.offer_factor(user, actor=None) if found else invitations.send_again(user, actor=None)
    letters.withdraw(user, invitation.pk)
    audit.record(None, "user.invitation_printed", user)
    return invitations.link_of(invitation)


def _let_in(user: User) -> Invitation:
    if user.has_usable_password():
        return second_factors.reset(user, actor=None)
    return invitations.send_again(user, actor=None)


def _tell(user: User) -> int:
    """A letter to every leader, the arbiter and every auditor, but not to the person themselves."""
    auditors = User.objects.filter(
        role_assignments__role=RoleAssignment.Role.AUDITOR, role_assignments__ended_at=None, is_active=True
    )
    told: dict[int, Any] = {one.pk: one for one in auditors}
    told |= {filled.person.pk: filled.person for filled in appointments.filled().values()}
    told.pop(user.pk, None)
    for person in told.values():
        letters.write("door-opened", person, {"person": user.pk})
    return len(told)
