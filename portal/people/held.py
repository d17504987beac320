"""What people hold in this room: units and reports, seats, roles, delegations, tokens, invitations."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from portal.people import accounts, delegations, invitations, organisations, role_assignments, tokens, units
from portal.people.holdings import Group, Way, register
from portal.people.models import Appointment, Delegation, Invitation, RoleAssignment, ServiceToken, Unit, User


def _unit(row: Unit, *, person: User, successor: User, actor: Any) -> None:
    units.entrust(row, successor, actor=actor)


def _report(row: User, *, person: User, successor: User, actor: Any) -> User | None:
    """Whoever takes the reports over answers to whom the leaver answered to."""
    takes = person.reports_to if row.pk == successor.pk else successor
    if row.pk == successor.pk or _reports_up_to(takes, row):
        takes = person.reports_to
    accounts.report_to(row, takes, actor=actor)
    return takes


def _reports_up_to(user: User | None, above: User) -> bool:
    met: set[int] = set()
    while user is not None and user.pk not in met:
        if user.pk == above.pk:
            return True
        met.add(user.pk)
        user = user.reports_to
    return False


def _role(row: RoleAssignment, *, person: User, successor: User | None, actor: Any) -> None:
    role_assignments.end(row, actor=actor)
    if successor is not None:
        role_assignments.give(successor, row.role, row.unit, actor=actor, for_seat=row.for_seat)


def _delegation(row: Delegation, *, person: User, successor: None, actor: Any) -> None:
    delegations.fall_away(row, actor=actor)


def _token(row: ServiceToken, *, person: User, successor: None, actor: Any) -> None:
    tokens.revoke(row, actor=actor)


def _invitation(row: Invitation, *, person: User, successor: None, actor: Any) -> None:
    invitations.revoke(row.user, actor=actor)


def _seat(row: Appointment) -> str:
    facts = {"seat": row.get_seat_display(), "holder": row.holder}
    return (_("%(seat)s") if row.substitute is None else _("%(seat)s, held by %(holder)s")) % facts


register(
    Group(
        key="seats",
        label=gettext_lazy("Seats they fill or stand in for"),
        rows=lambda person: Appointment.objects.filter(Q(holder=person) | Q(substitute=person), ended_at=None).select_related(
            "holder", "substitute"
        ),
        way=Way.TWO_PEOPLE,
        say=_seat,
        word=gettext_lazy("Two people change a seat; propose it first, then come back."),
        order=5,
    )
)
register(
    Group(
        key="units",
        label=gettext_lazy("Units they head"),
        rows=lambda person: Unit.objects.filter(head=person, archived_at=None),
        way=Way.SUCCESSOR,
        pass_on=_unit,
        kind="unit",
        order=20,
    )
)
register(
    Group(
        key="reports",
        label=gettext_lazy("People who report to them"),
        rows=lambda person: User.objects.filter(reports_to=person, is_active=True),
        way=Way.SUCCESSOR,
        pass_on=_report,
        kind="user",
        order=25,
    )
)
register(
    Group(
        key="delegations",
        label=gettext_lazy("Delegations by them and to them"),
        rows=lambda person: (
            Delegation.objects.not_over(organisations.today())
            .filter(Q(delegator=person) | Q(delegate=person))
            .select_related("delegator", "delegate")
        ),
        way=Way.ENDS,
        pass_on=_delegation,
        word=gettext_lazy("They end; whoever is away without a delegate then names another."),
        order=70,
    )
)
register(
    Group(
        key="tokens",
        label=gettext_lazy("Tokens they issued"),
        rows=lambda person: ServiceToken.objects.filter(
            created_by=person, revoked_at=None, expires_at__gt=clock.now()
        ).select_related("user"),
        way=Way.ASK,
        pass_on=_token,
        say=lambda row: f"{row.name} ({row.prefix}…), {row.user}",
        word=gettext_lazy("They saw the secrets. Revoked tokens stop their integration at once; others stay valid."),
        order=80,
    )
)
register(
    Group(
        key="invitations",
        label=gettext_lazy("Invitations they sent that are still open"),
        rows=lambda person: Invitation.objects.open().filter(invited_by=person).exclude(user=person).select_related("user"),
        way=Way.ASK,
        pass_on=_invitation,
        say=lambda row: str(row.user),
        word=gettext_lazy("They stay open unless you withdraw them."),
        order=85,
    )
)
register(
    Group(
        key="roles",
        label=gettext_lazy("Roles"),
        rows=lambda person: RoleAssignment.objects.filter(user=person, ended_at=None).select_related("unit"),
        way=Way.OFFER,
        pass_on=_role,
        say=lambda row: f"{row.get_role_display()} · {row.unit}" + (f" · {row.get_for_seat_display()}" if row.for_seat else ""),
        word=gettext_lazy("They end with the account; an administrator may give the same to somebody else."),
        order=90,
    )
)
