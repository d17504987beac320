"""A new password by mail: the same answer and the same work whoever is asked for; the second factor stays as it is."""

from axes.utils import reset as unlock
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from portal.people import accounts, counting, letters
from portal.people.addresses import absolute
from portal.people.errors import LinkOver, TooOften
from portal.people.models import User
from portal.record import audit

ASKED_FROM_AN_ADDRESS, ASKED_FOR_AN_ACCOUNT = 10, 3  # in one window


class _Links(PasswordResetTokenGenerator):
    """Signed; void once the password changed, the person signed in since, or PASSWORD_RESET_TIMEOUT passed."""

    key_salt = "concord.password-reset"


_links = _Links()


@transaction.atomic
def ask(email: str, *, address: str) -> None:
    """Have a link mailed to the account of `email`. Nothing here looks at accounts: a worker does, later, so that neither the
    answer nor its time tells whether there is one. Raises TooOften for an address (network) that asks again and again."""
    email = email.strip().lower()[:254]
    if counting.count(f"reset.from.{address}") > ASKED_FROM_AN_ADDRESS:
        raise TooOften(retry_after=counting.WINDOW_SECONDS)
    if counting.count(f"reset.for.{email}") <= ASKED_FOR_AN_ACCOUNT:
        letters.write("password-reset", None, address=email)


def may(user: User) -> bool:
    """Only who has a password gets a new one: the invited come in by their invitation, service accounts by token."""
    return user.is_active and not user.is_service and user.has_usable_password()


def link_of(user: User) -> str:
    key = f"{int_to_base36(user.pk)}-{_links.make_token(user)}"
    return absolute(reverse("people:new-password", args=[key]))


def by_key(key: str) -> User:
    """The account a link speaks of. Raises LinkOver for any other key, whatever ails it."""
    pk, _, token = key.partition("-")
    try:
        user = User.objects.filter(pk=base36_to_int(pk)).first()
    except (ValueError, OverflowError) as error:
        raise LinkOver from error
    if user is None or not may(user) or not _links.check_token(user, token):
        raise LinkOver
    return user


@transaction.atomic
def reset(key: str, password: str) -> User:
    """Set the password the link allows. Every session ends, this account's lock-outs too; nobody is signed in by it.

    Raises LinkOver, and Invalid for a weak password.
    """
    user = User.objects.select_for_update().get(pk=by_key(key).pk)
    if not _links.check_token(user, key.partition("-")[2]):
        raise LinkOver
    accounts.set_password(user, password, actor=user)
    unlock(username=user.email)
    audit.record(user, "user.password_reset", user)
    letters.write("password-changed", user)
    return user
