"""Invitations: a person comes in by a link that an administrator had sent, signed, good for one use and for a week.

The account and its roles are there from the invitation on, so that a person can be named as owner or appointed before they
first come in; nobody signs in to it, for it has no password yet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.urls import reverse

from portal import clock
from portal.people import accounts, letters, role_assignments
from portal.people.addresses import absolute
from portal.people.errors import AlreadyIn, InvitationOver, NoUnit, PersonOnly
from portal.people.models import Invitation, Unit, User
from portal.people.models.invitation import fresh_nonce
from portal.record import audit

LASTS = timedelta(days=7)
_signer = signing.Signer(salt="concord.invitation")
Purpose = Invitation.Purpose


@dataclass(frozen=True)
class Guest:
    """Whom to invite: as one form or one row of a list says it. Roles are keys like "ANALYST", given for `unit` and below."""

    email: str
    name: str
    unit: Unit | None = None
    roles: Sequence[str] = ()
    language: str = "en"
    time_zone: str = ""  # empty: the organisation's


def invite(
    email: str,
    name: str,
    *,
    actor: Any,
    unit: Unit | None = None,
    roles: Sequence[str] = (),
    language: str = "en",
    time_zone: str = "",
) -> Invitation:
    """Make the account of a person, give them `roles` for `unit` (the company without one), and have a link mailed to them.

    Raises EmailTaken, Invalid by field, or what a role refuses; then nothing happened.
    """
    return invite_all([Guest(email, name, unit, roles, language, time_zone)], actor=actor)[0]


@transaction.atomic
def invite_all(guests: Iterable[Guest], *, actor: Any) -> list[Invitation]:
    """All of them or none: the first refusal undoes everything."""
    company = Unit.objects.filter(parent=None, archived_at=None).first()
    invited = []
    for guest in guests:
        unit = guest.unit or company
        if unit is None:
            raise NoUnit
        user = accounts.make(guest.email, guest.name, unit=unit, time_zone=guest.time_zone, language=guest.language, actor=actor)
        for role in dict.fromkeys(guest.roles):
            role_assignments.give(user, role, unit, actor=actor)
        invited.append(_issue(user, Purpose.ACCOUNT, actor))
    return invited


@transaction.atomic
def send_again(user: User, *, actor: Any) -> Invitation:
    """A new link to somebody who has not come in yet; the earlier one leads nowhere from now on. Raises AlreadyIn."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.has_usable_password():
        raise AlreadyIn
    return _issue(user, Purpose.ACCOUNT, actor)


@transaction.atomic
def offer_factor(user: User, *, actor: Any, letter: str = "factor-invitation") -> Invitation:
    """A link by which somebody who signs in by password may add a second factor. Raises OwnAccount, and PersonOnly for a
    service account; somebody who has not come in yet gets their first invitation again."""
    accounts.not_oneself(user, actor)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.has_usable_password():
        return _issue(user, Purpose.ACCOUNT, actor)
    return _issue(user, Purpose.FACTOR, actor, letter)


def offer_first_factor(user: User) -> Invitation:
    """The same to whoever is signed in already and asks for it, by whichever way they sign in. The caller says whether they may."""
    return _issue(user, Purpose.FACTOR, None, "factor-invitation")


@transaction.atomic
def revoke(user: User, *, actor: Any) -> None:
    """The open link of `user` leads nowhere from now on. Nothing happens where there is none."""
    invitation = Invitation.objects.select_for_update().filter(user=user, used_at=None, revoked_at=None).first()
    if invitation is not None:
        invitation.revoked_at = clock.now()
        invitation.save(update_fields=["revoked_at"])
        audit.record(actor, "user.invitation_revoked", user, {"purpose": invitation.purpose})


def link_of(invitation: Invitation) -> str:
    """The address that opens it: for the mail, or printed at the host. It is never shown on a page."""
    return absolute(reverse("people:invitation", args=[token_of(invitation)]))


def token_of(invitation: Invitation) -> str:
    return _signer.sign_object([invitation.pk, invitation.nonce])


def by_token(token: str) -> Invitation:
    """The invitation a link speaks of, open or half used. Raises InvitationOver for any other link, whatever ails it."""
    try:
        pk, nonce = _signer.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvitationOver from error
    found = Invitation.objects.open().filter(pk=pk, nonce=nonce, user__is_active=True).select_related("user", "invited_by").first()
    if found is None:
        raise InvitationOver
    return found


@transaction.atomic
def accept(invitation: Invitation, *, name: str, password: str, language: str, time_zone: str) -> User:
    """The invited person sets name and password; the link then still lets them add a second factor, once.

    Raises InvitationOver where it was used meanwhile, and Invalid by field.
    """
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    user = User.objects.select_for_update().get(pk=invitation.user_id)
    if invitation.standing != Invitation.State.OPEN or invitation.purpose != Purpose.ACCOUNT or not user.is_active:
        raise InvitationOver
    accounts.describe(user, name=name, language=language, time_zone=time_zone, actor=user)
    accounts.set_password(user, password, actor=user)
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    audit.record(user, "user.invitation_accepted", user)
    return user


def finish(user: User) -> None:
    """The factor that an invitation allowed was added: it allows nothing more. Called inside the verb that adds one."""
    Invitation.objects.filter(user=user, used_at=None, revoked_at=None).update(used_at=clock.now())


def allows_factor(user: User, pk: Any) -> bool:
    """Whether the invitation `pk`, whose link was opened in this session, lets `user` add a factor now."""
    if not isinstance(pk, int):
        return False
    found = Invitation.objects.open().filter(pk=pk, user=user).first()
    return found is not None and (found.purpose == Purpose.FACTOR or found.accepted_at is not None)


def _issue(user: User, purpose: Invitation.Purpose, actor: Any, letter: str = "invitation") -> Invitation:
    """One open invitation a person: an earlier one of another purpose is revoked, of the same purpose gets a new link."""
    if user.is_service:
        raise PersonOnly
    moment = clock.now()
    invitation = Invitation.objects.select_for_update().filter(user=user, used_at=None, revoked_at=None).first()
    if invitation is not None and (invitation.purpose != purpose or invitation.accepted_at is not None):
        invitation.revoked_at = moment
        invitation.save(update_fields=["revoked_at"])
        invitation = None
    again = invitation is not None
    invitation = invitation or Invitation(user=user, purpose=purpose)
    invitation.invited_by = actor if actor is not None and actor.pk else None
    invitation.nonce, invitation.sent_at, invitation.expires_at = fresh_nonce(), moment, moment + LASTS
    invitation.save()
    letters.write(letter, user, {"invitation": invitation.pk})
    audit.record(actor, "user.invited_again" if again else "user.invited", user, {"purpose": purpose})
    return invitation
