"""Service accounts: programs that come in by tokens, and the tokens of one as an administrator sees them."""

from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, QuerySet, Value, When

from portal import clock
from portal.people import accounts, role_assignments
from portal.people.models import RoleAssignment, ServiceToken, Unit, User

SHOWN = 50  # tokens of one account, newest first
LIVING, EXPIRED, REVOKED = "LIVING", "EXPIRED", "REVOKED"
STANDINGS = (LIVING, EXPIRED, REVOKED)


@transaction.atomic
def make(email: str, name: str, *, unit: Unit, actor: Any) -> User:
    """An account that never signs in, for `unit` and below. It does nothing before it has a token. Raises EmailTaken, Invalid."""
    user = accounts.make(email, name, unit=unit, is_service=True, actor=actor)
    role_assignments.give(user, RoleAssignment.Role.INTEGRATION, unit, actor=actor)
    return user


def tokens_of(user: User) -> QuerySet[ServiceToken]:
    """Newest first, each with `standing`."""
    over = When(revoked_at=None, expires_at__lte=clock.now(), then=Value(EXPIRED))
    standing = Case(over, When(revoked_at=None, then=Value(LIVING)), default=Value(REVOKED), output_field=CharField())
    return user.tokens.annotate(standing=standing).select_related("created_by").order_by("-pk")
