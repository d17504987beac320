"""Accounts: make, close, open again; the password and the second factor by which a person signs in."""

import base64
import secrets
import unicodedata
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import appointments, counting, letters, sessions, standing
from portal.people.errors import CircularLine, EmailTaken, OwnAccount, PersonOnly, TooOften
from portal.people.models import Unit, User
from portal.record import audit

TRIES = 5  # of the current password, within a window
TURNING = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # they show a name as another one
DESCRIBED = ("name", "language", "time_zone")


@transaction.atomic
def make(
    email: str,
    name: str,
    *,
    actor: Any,
    unit: Unit | None = None,
    password: str | None = None,
    reports_to: User | None = None,
    time_zone: str = "",
    language: str = "en",
    is_service: bool = False,
) -> User:
    """A person who signs in by `email`, or a service account that never does. Raises EmailTaken, and Invalid by field."""
    email = email.strip().lower()
    user = User(
        email=email,
        name=" ".join(name.split()),
        unit=unit,
        reports_to=reports_to,
        time_zone=time_zone,
        language=language,
        is_service=is_service,
    )
    _check(user, password)
    user.set_password(None if is_service else password)
    user.save()
    if not is_service:  # without a verified row no factor can be added, nor an address be proven
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    audit.record(actor, "user.made", user, {"is_service": is_service})
    return user


def random_password() -> str:
    """About 130 bits, in letters that are hard to mistake."""
    alphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(alphabet) for _ in range(22))


@transaction.atomic
def set_password(user: User, password: str, *, actor: Any, session: int | None = None) -> None:
    """Another password; every session that signed in by the old one ends, but for the browser session `session`.
    Raises Invalid for a weak one."""
    if user.is_service:
        raise PersonOnly
    _check_password(user, password)
    user.set_password(password)
    user.save(update_fields=["password"])
    sessions.end_all(user, actor=actor, but=session)
    audit.record(actor, "user.password_set", user)


@transaction.atomic
def change_password(user: User, current: str, password: str, *, actor: Any, session: int | None) -> None:
    """One's own, against the one it was until now. Raises TooOften after some wrong tries, and Invalid by field."""
    if counting.count(f"password.of.{user.pk}") > TRIES:
        raise TooOften(retry_after=counting.WINDOW_SECONDS)
    if not user.check_password(current):
        raise Invalid(_("The password was not changed."), {"current": [_("This is not your password.")]})
    set_password(user, password, actor=actor, session=session)
    letters.write("password-changed", user)


@transaction.atomic
def give_totp(user: User, *, actor: Any = None) -> str:
    """A new second factor in place of the old one, with new recovery codes; returns the secret (base32), shown this once."""
    if user.is_service:
        raise PersonOnly
    Authenticator.objects.filter(user=user).delete()
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    audit.record(actor, "user.factor_given", user)
    return secret


@transaction.atomic
def report_to(user: User, superior: User | None, *, actor: Any) -> User:
    """Name `user`'s line. Raises CircularLine where it would come back to `user`."""
    above, met = superior, set()
    while above is not None and above.pk not in met:
        if above.pk == user.pk:
            raise CircularLine
        met.add(above.pk)
        above = above.reports_to
    user.reports_to = superior
    user.save(update_fields=["reports_to"])
    audit.record(actor, "user.reports_to", user, {"reports_to": superior.pk if superior else None})
    return user


@transaction.atomic
def describe(user: User, *, name: str, language: str, time_zone: str, actor: Any) -> User:
    """What a person says of themselves: name, language, and the zone they read times in ("" is the organisation's)."""
    before = (user.name, user.language, user.time_zone)
    user.name, user.language, user.time_zone = " ".join(name.split()), language, time_zone
    if fields := wrong_fields(user):
        raise Invalid(_("This cannot be saved."), fields)
    after = (user.name, user.language, user.time_zone)
    changed = [field for field, old, new in zip(DESCRIBED, before, after, strict=True) if old != new]
    if changed:
        user.save(update_fields=changed)
        audit.record(actor, "user.changed", user, {"fields": changed})
    return user


@transaction.atomic
def choose_keys(user: User, *, single_keys: bool, actor: Any) -> User:
    """Whether keys without Ctrl do something for this person: whoever speaks to the computer types them without meaning to."""
    if user.single_keys != single_keys:
        user.single_keys = single_keys
        user.save(update_fields=["single_keys"])
        audit.record(actor, "user.changed", user, {"fields": ["single_keys"]})
    return user


def not_oneself(user: User, actor: Any) -> None:
    """Raises OwnAccount: what an administrator does to an account, they never do to their own."""
    if actor is not None and actor.pk == user.pk:
        raise OwnAccount


@transaction.atomic
def close(user: User, *, actor: Any) -> User:
    """No sign-in from now on: sessions and tokens stop at their next request. Raises OwnAccount for one's own, StillSeated where a
    seat would change hands by it, LastAdministrator; only the portal itself (`actor` None) closes those. What the account holds
    is asked by `leaving.close`."""
    not_oneself(user, actor)
    appointments.lock_seats()
    if actor is not None:
        standing.check_may_close(user)
    with appointments.watched(actor=actor):
        user.is_active = False
        user.save(update_fields=["is_active"])
    user.tokens.filter(revoked_at=None).update(revoked_at=clock.now())
    sessions.end_all(user, actor=actor)
    audit.record(actor, "user.closed", user)
    return user


@transaction.atomic
def reopen(user: User, *, actor: Any) -> User:
    """Let a closed account in again; its tokens stay revoked."""
    with appointments.watched(actor=actor):
        user.is_active = True
        user.save(update_fields=["is_active"])
    audit.record(actor, "user.reopened", user)
    return user


def _check(user: User, password: str | None) -> None:
    if fields := wrong_fields(user):
        raise Invalid(_("This account cannot be made."), fields)
    if User.objects.filter(email__iexact=user.email).exists():
        raise EmailTaken
    if password is not None and not user.is_service:
        _check_password(user, password)


def wrong_fields(user: User) -> dict[str, list[str]]:
    """What is wrong with what an account says of its person, sentences by field."""
    fields: dict[str, list[str]] = {}
    try:
        validate_email(user.email)
    except ValidationError as error:
        fields["email"] = error.messages
    try:
        user.clean_fields(exclude=["email", "password", "unit", "reports_to"])
    except ValidationError as error:
        fields.update({name: list(messages) for name, messages in error.message_dict.items()})
    if not user.name:
        fields["name"] = [_("Write the name that others know this person by.")]
    if any(unicodedata.category(letter) == "Cc" or letter in TURNING for letter in user.name):
        fields["name"] = [_("Write the name with letters alone: this one holds signs that nobody sees.")]
    if user.language not in dict(settings.LANGUAGES):
        fields["language"] = [_("Concord does not speak this language; take one of the list.")]
    return fields


def _check_password(user: User, password: str) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise Invalid(_("This password is too weak."), {"password": error.messages}) from error
