"""Second factors: who needs one, who may add one and when, and the way back when one is lost.

A person without a factor adds one only in a session that an administrator's link was opened in (ground rule 33); a person with
one adds another after using it. So a stolen password alone never enrols a factor.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction
from django.http import HttpRequest

from portal import clock
from portal.people import accounts, factor_rule, freshness, invitations, letters, sessions
from portal.people.errors import FactorNotAllowed, LastFactor, LinkJustSent, NoFactor, PersonOnly
from portal.people.models import Invitation, User
from portal.people.reach import grants, read_grants
from portal.record import audit

Type = Authenticator.Type
STRONG = (Type.TOTP, Type.WEBAUTHN)  # recovery codes stand in for one, they are none
DOOR = "people.factor_door"
FIRST_PAGE = "people.first_page"  # of a session in which somebody was led to their factors on the way there
LINK_EVERY = timedelta(minutes=10)


def needed(user: User) -> bool:
    """Whether `user` needs a second factor, for a seat or a role or as everybody does."""
    return factor_rule.asks(user)


def lacking(user: User) -> bool:
    """Whether `user` can do nothing but add the factor that is asked for."""
    return not grants(user).has_factor and needed(user)


@transaction.atomic
def invite_where_lacking(user: User, *, actor: Any) -> Invitation | None:
    """A link to add a factor for somebody whose office asks for one from now on; None where they have one, or where a link that
    lets them add one waits for them already."""
    read_grants([user])
    if not lacking(user) or Invitation.objects.open().filter(user=user).exists():
        return None
    return invitations.offer_factor(user, actor=None if actor == user else actor)


@transaction.atomic
def send_link(user: User) -> Invitation:
    """The link to a first factor, by mail to whoever is asked for one as everybody is: who set that rule lets all of them add
    one, and the mail shows that it is them. Raises FactorNotAllowed, LinkJustSent."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if factor_rule.day() is None or user.is_service or grants(user).has_factor:
        raise FactorNotAllowed
    if (
        Invitation.objects.open()
        .filter(user=user, purpose=Invitation.Purpose.FACTOR, sent_at__gt=clock.now() - LINK_EVERY)
        .exists()
    ):
        raise LinkJustSent
    return invitations.offer_first_factor(user)


def open_door(request: HttpRequest, invitation: Invitation) -> None:
    """The link of `invitation` was opened in this session, by the person it is for."""
    request.session[DOOR] = invitation.pk


def may_add(request: HttpRequest) -> bool:
    """Whether this session may add a factor now: by another one just used, or by an invitation."""
    if grants(request.user).has_factor:
        return freshness.is_fresh(request)
    return invitations.allows_factor(request.user, request.session.get(DOOR))


def of(user: User) -> list[Authenticator]:
    """The factors of one person, the oldest first, recovery codes last."""
    found = Authenticator.objects.filter(user=user).order_by("created_at", "pk")
    return sorted(found, key=lambda factor: factor.type == Type.RECOVERY_CODES)


def kinds_of(users: Iterable[User]) -> Mapping[int, list[str]]:
    """Which kinds of factor each of `users` has: one query for all of them."""
    kinds: dict[int, list[str]] = {}
    rows = Authenticator.objects.filter(user__in=list(users), type__in=STRONG).order_by("type")
    for user_id, kind in rows.values_list("user_id", "type").distinct():
        kinds.setdefault(user_id, []).append(kind)
    return kinds


@transaction.atomic
def add_app(user: User, secret: str, *, session: int | None, actor: Any) -> bool:
    """An authenticator app, proven by a code before; it replaces an earlier app. `session` is the browser session that stays.
    True where it is the first factor, which comes with recovery codes."""
    first = _lock(user)
    Authenticator.objects.filter(user=user, type=Type.TOTP).delete()
    TOTP.activate(user, secret)
    _added(user, Type.TOTP, first, session, actor)
    return first


@transaction.atomic
def add_passkey(user: User, name: str, credential: Mapping[str, Any], *, session: int | None, actor: Any) -> bool:
    """A passkey, proven by its ceremony before. True where it is the first factor."""
    first = _lock(user)
    WebAuthn.add(user, name, dict(credential))
    _added(user, Type.WEBAUTHN, first, session, actor)
    return first


@transaction.atomic
def remove(factor: Authenticator, *, actor: Any) -> None:
    """Take one app or passkey away. Raises LastFactor where the role asks for one and no other is left."""
    user = factor.user
    _lock(user)
    others = Authenticator.objects.filter(user=user, type__in=STRONG).exclude(pk=factor.pk).exists()
    if factor.type not in STRONG:
        raise FactorNotAllowed
    if not others and needed(user):
        raise LastFactor
    factor.delete()
    if not others:
        Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    audit.record(actor, "user.factor_removed", user, {"kind": factor.type})
    letters.write("factor-removed", user)


@transaction.atomic
def renew_recovery_codes(user: User, *, actor: Any) -> list[str]:
    """Ten new recovery codes; the earlier ones are void. Raises NoFactor where there is nothing to recover."""
    _lock(user)
    if not Authenticator.objects.filter(user=user, type__in=STRONG).exists():
        raise NoFactor
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    codes = RecoveryCodes.activate(user).get_unused_codes()
    audit.record(actor, "user.recovery_codes_made", user)
    return codes


def recovery_codes_of(user: User) -> list[str]:
    """The codes that were not used yet."""
    found = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return found.wrap().get_unused_codes() if found else []


@transaction.atomic
def reset(user: User, *, actor: Any) -> Invitation:
    """The factor is lost: take every one away, end every session, and mail the person what happened with a link for a new one.

    The password stays, so the link alone lets nobody in. Raises OwnAccount: nobody resets their own.
    """
    accounts.not_oneself(user, actor)
    if user.is_service:
        raise PersonOnly
    _lock(user)
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user, actor=actor)
    audit.record(actor, "user.factor_reset", user)
    return invitations.offer_factor(user, actor=actor, letter="factor-reset")


def _lock(user: User) -> bool:
    """One change of a person's factors at a time; True where they have none."""
    User.objects.select_for_update().get(pk=user.pk)
    return not Authenticator.objects.filter(user=user, type__in=STRONG).exists()


def _added(user: User, kind: str, first: bool, session: int | None, actor: Any) -> None:
    if first:  # sessions that signed in by the password alone must not be let in by a factor they never used
        sessions.end_all(user, actor=actor, but=session)
        RecoveryCodes.activate(user)
    invitations.finish(user)
    user._grants = None
    audit.record(actor, "user.factor_added", user, {"kind": kind})
    letters.write("factor-added", user)
