"""Everything about one account on one page: roles, seats, sessions, factors, invitation, and whether mail reached them."""

from collections.abc import Sequence
from dataclasses import dataclass

from allauth.mfa.models import Authenticator

from portal.people import second_factors, sessions
from portal.people.models import Appointment, BrowserSession, Invitation, Letter, RoleAssignment, User
from portal.people.reach import grants


@dataclass(frozen=True)
class Dossier:
    """What the page of an account shows; `letter` is the newest one to them that did not go out yet."""

    roles: Sequence[RoleAssignment]
    appointments: Sequence[Appointment]
    sessions: Sequence[BrowserSession]
    factors: Sequence[Authenticator]
    invitation: Invitation | None
    letter: Letter | None
    needs_factor: bool
    has_factor: bool


def of(user: User) -> Dossier:
    """Seven queries."""
    held = grants(user)
    open_appointments = Appointment.objects.filter(ended_at=None)
    return Dossier(
        roles=list(user.role_assignments.filter(ended_at=None).select_related("unit").order_by("role", "unit__path")),
        appointments=list(open_appointments.filter(holder=user).order_by("since"))
        + list(open_appointments.filter(substitute=user).order_by("since")),
        sessions=list(sessions.open_of(user)),
        factors=second_factors.of(user),
        invitation=Invitation.objects.filter(user=user).select_related("invited_by").order_by("-pk").first(),
        letter=Letter.objects.filter(recipient=user, sent_at=None, dropped_at=None).order_by("-pk").first(),
        needs_factor=second_factors.needed(user),
        has_factor=held.has_factor,
    )
