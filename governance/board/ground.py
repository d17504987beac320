"""What an administrator looks after: accounts, the sealed record, the recompute."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, Max, OuterRef, QuerySet

from portal.people.models import User
from portal.record.models import AuditEntry, Seal
from risks.models import StaleScore


@dataclass(frozen=True)
class Ground:
    """Counts: accounts of people, those without a second factor, sealed and unsealed entries, scores that wait."""

    accounts: int
    without_factor: int
    sealed: int
    unsealed: int
    stale: int


def read() -> Ground:
    sealed = Seal.objects.aggregate(last=Max("seq"))["last"] or 0
    return Ground(
        accounts=_people().count(),
        without_factor=without_factor().count(),
        sealed=sealed,
        unsealed=AuditEntry.objects.filter(seal=None).count(),
        stale=StaleScore.objects.values("risk").distinct().count(),
    )


def without_factor() -> QuerySet[User]:
    """The people whom no second factor protects yet."""
    return _people().filter(~Exists(Authenticator.objects.filter(user=OuterRef("pk"))))


def _people() -> QuerySet[User]:
    return User.objects.filter(is_active=True, is_service=False)
