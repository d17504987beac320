"""The first person of an empty portal: let in by a link that whoever runs it reads at its console, never by a default password."""

import hashlib
import secrets
from datetime import timedelta

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import accounts, role_assignments, units
from portal.people.errors import OpeningOver, SomebodyThere
from portal.people.models import Opening, RoleAssignment, Unit, User
from portal.record import audit

LASTS = timedelta(hours=24)


def somebody_lives_here() -> bool:
    """Whether any person has an account."""
    return User.objects.filter(is_service=False).exists()


def was_issued() -> bool:
    """Whether a first person was ever expected here, so that no demo moves in before them."""
    return Opening.objects.exists()


@transaction.atomic
def issue(digest: str = "") -> str:
    """A fresh link's token, the only one that opens from now on. With `digest` its SHA-256 is kept in place of a new one's, and
    "" comes back. Raises SomebodyThere once a person has an account."""
    _alone()
    if somebody_lives_here():
        raise SomebodyThere
    moment = clock.now()
    Opening.objects.filter(used_at=None, expires_at__gt=moment).update(expires_at=moment)
    token = "" if digest else fresh_token()
    Opening.objects.create(digest=digest or digest_of(token), made_at=moment, expires_at=moment + LASTS)
    return token


def fresh_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def link_of(token: str) -> str:
    return f"{settings.PORTAL_ADDRESS}{reverse('setup:begin', args=[token])}"


def by_token(token: str) -> Opening:
    """The opening a link speaks of. Raises OpeningOver for any link that does not open now, whatever ails it."""
    found = Opening.objects.filter(digest=digest_of(token), used_at=None, expires_at__gt=clock.now()).first()
    if found is None or somebody_lives_here():
        raise OpeningOver
    return found


@transaction.atomic
def enter(token: str, *, name: str, email: str, password: str, secret: str, code: str) -> User:
    """The first person: an administrator with a second factor, whose `secret` the `code` proves. A company to set up comes
    into being with them, and the link is over. Raises OpeningOver, and Invalid by field."""
    _alone()
    opening = by_token(token)
    if not secret or not validate_totp_code(secret, "".join(code.split())):
        raise Invalid(
            _("The second factor is not proven."), {"code": [_("This is not what the app shows now; take the next six digits.")]}
        )
    company = Unit.objects.filter(parent=None, archived_at=None).first()
    company = company or units.found(_("Our organisation"), Unit.Kind.COMPANY, actor=None)
    user = accounts.make(email, name, unit=company, password=password, actor=None)
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    role_assignments.give(user, RoleAssignment.Role.ADMIN, company, actor=None)
    opening.used_at, opening.used_by = clock.now(), user
    opening.save(update_fields=["used_at", "used_by"])
    audit.record(user, "user.came_first", user)
    return user


def _alone() -> None:
    """Of two who come first at once, one does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1129270851, 8)")
