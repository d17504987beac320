"""The roll: who has an account, how it stands, and what is missing for it, as administrators see it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Case, CharField, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Lower

from portal.people import factor_rule, roles
from portal.people.models import Appointment, Invitation, RoleAssignment, ServiceToken, Unit, User

OPEN, INVITED, CLOSED = "OPEN", "INVITED", "CLOSED"
STANDINGS = (OPEN, INVITED, CLOSED)
SERVICE = "SERVICE"  # a list of programs instead of people
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_NO_PASSWORD = "!"  # noqa: S105  (how a password begins that lets nobody in)


def of(user: Any) -> QuerySet[User]:
    """Every person whom `user` may know of, each with `standing`, `has_factor`, `needs_factor`, `passkeys`, `apps`, and what
    lists sort by. `needs_factor` goes by seats and roles named, a substitute needs one once they stand in; or by the rule for
    everybody."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    seats = Appointment.objects.filter(holder=OuterRef("pk"), ended_at=None, seat__in=roles.NEED_FACTOR)
    given = RoleAssignment.objects.filter(user=OuterRef("pk"), ended_at=None, role__in=roles.NEED_FACTOR)
    asked = Value(True) if factor_rule.holds_now() else Exists(seats) | Exists(given)
    return User.objects.visible_to(user).annotate(
        standing=Case(
            When(is_active=False, then=Value(CLOSED)),
            When(is_service=False, password__startswith=_NO_PASSWORD, then=Value(INVITED)),
            default=Value(OPEN),
            output_field=CharField(),
        ),
        has_app=Exists(factors.filter(type=Authenticator.Type.TOTP)),
        has_passkey=Exists(factors.filter(type=Authenticator.Type.WEBAUTHN)),
        needs_factor=Case(When(is_service=True, then=False), default=asked, output_field=BooleanField()),
        sort_name=Lower("name"),
        sort_seen=Coalesce("last_login", Value(NEVER)),
    )


def lacking_factor() -> Q:
    """Those of the roll who hold what asks for a second factor, and have none."""
    return Q(is_active=True, needs_factor=True, has_app=False, has_passkey=False)


def with_offices(rows: QuerySet[User]) -> QuerySet[User]:
    """Each with `open_roles` and `open_seats`: two queries more, however many."""
    given = RoleAssignment.objects.filter(ended_at=None).select_related("unit").order_by("role", "unit__path")
    seats = Appointment.objects.filter(ended_at=None).order_by("since")
    return rows.select_related("unit").prefetch_related(
        Prefetch("role_assignments", queryset=given, to_attr="open_roles"),
        Prefetch("appointments", queryset=seats, to_attr="open_seats"),
    )


def with_invitations(rows: QuerySet[User]) -> QuerySet[User]:
    """Each with `newest_invitations`, one or none: one query more."""
    newest = Invitation.objects.order_by("user_id", "-pk").distinct("user_id").select_related("invited_by")
    return rows.prefetch_related(Prefetch("invitations", queryset=newest, to_attr="newest_invitations"))


def counts(user: Any) -> Mapping[str, int]:
    """People by how their account stands, those whose second factor is missing, and service accounts: one query."""
    person = Q(is_service=False)
    return of(user).aggregate(
        open=Count("pk", filter=person & Q(standing=OPEN)),
        invited=Count("pk", filter=person & Q(standing=INVITED)),
        closed=Count("pk", filter=person & Q(standing=CLOSED)),
        lacking=Count("pk", filter=person & lacking_factor()),
        service=Count("pk", filter=~person & Q(standing=OPEN)),
    )


def found(user: Any, *, words: str = "", standing: str = "", role: str = "", unit: int | None = None, lacking: bool = False):
    """The people a list asks for; without a standing those who are open or invited. SERVICE asks for service accounts instead,
    those that were closed too, seen when a token of theirs was used last."""
    rows = of(user).filter(is_service=standing == SERVICE)
    if standing == SERVICE:
        used = ServiceToken.objects.filter(user=OuterRef("pk"), last_used_at__isnull=False).order_by("-last_used_at")
        rows = rows.annotate(used_at=Subquery(used.values("last_used_at")[:1]), sort_seen=Coalesce("used_at", Value(NEVER)))
    else:
        rows = rows.filter(standing=standing) if standing in STANDINGS else rows.exclude(standing=CLOSED)
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if role:
        holds = RoleAssignment.objects.filter(user=OuterRef("pk"), ended_at=None, role=role)
        sits = Appointment.objects.filter(holder=OuterRef("pk"), ended_at=None, seat=role)
        rows = rows.filter(Exists(holds) | Exists(sits))
    if unit:
        rows = rows.filter(Unit.objects.below([unit], "unit"))
    return rows.filter(lacking_factor()) if lacking else rows
