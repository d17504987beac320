"""Accounts: made by somebody, never by the visitor; everybody gets a second factor."""

import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction

from portal.people.errors import EmailTaken
from portal.people.models import Unit, User
from portal.record import audit


def random_password() -> str:
    """128 bits that can be typed."""
    return secrets.token_urlsafe(16)


@transaction.atomic
def make(
    email: str,
    name: str,
    *,
    actor: Any,
    unit: Unit | None = None,
    password: str | None = None,
    is_service: bool = False,
    time_zone: str = "",
) -> User:
    """A new account; without `password` it cannot sign in by one. Raises EmailTaken."""
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        raise EmailTaken
    user = User.objects.create_user(email, password, name=name, unit=unit, is_service=is_service, time_zone=time_zone)
    # Without a verified row the account would be refused a second factor.
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    audit.record(actor, "user.made", user, {"unit": unit.pk if unit else None, "is_service": is_service})
    return user


@transaction.atomic
def give_totp(user: User, *, actor: Any = None) -> str:
    """A second factor for `user`, with recovery codes; returns its secret, which is shown this once."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    assert Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()  # noqa: S101
    audit.record(actor, "user.factor_given", user, {"type": "totp"})
    return secret


@transaction.atomic
def report_to(user: User, leader: User | None, *, actor: Any) -> None:
    """Whose line `user` stands in: where what they leave overdue goes next."""
    user = User.objects.select_for_update().get(pk=user.pk)
    before, user.reports_to = user.reports_to_id, leader
    user.save(update_fields=["reports_to"])
    audit.record(actor, "user.reports_to", user, {"reports_to": [before, leader.pk if leader else None]})
