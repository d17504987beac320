"""Bearer tokens: issue, recognise, revoke. The secret is shown once; only its SHA-256 is stored."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from portal import clock
from portal.errors import Invalid
from portal.people.addresses import client_address
from portal.people.errors import HoldsASeat
from portal.people.models import ServiceToken, User
from portal.people.reach import grants
from portal.record import audit

MARK = "concord_"  # so that a scanner for leaked secrets finds one
MOST_DAYS = 730
SCOPE = re.compile(r"[a-z][a-z-]*:(read|write)")
USE_IS_NOTED_EACH = timedelta(minutes=1)


@transaction.atomic
def issue(
    user: User,
    name: str,
    scopes: Sequence[str],
    *,
    actor: Any,
    days: int = 90,
    allowed_addresses: Iterable[str] = (),
) -> tuple[ServiceToken, str]:
    """A token for the service account `user`, and its secret, shown this once. It does what the account may do, within its
    scopes. Raises Invalid by field, HoldsASeat for whoever fills a seat: what is decided there is never decided by a token."""
    if grants(user).seats:
        raise HoldsASeat(_("Whoever fills a seat has no token; make a service account for what runs by itself."))
    networks = list(allowed_addresses)
    _check(user, name, scopes, days, networks)
    secret = MARK + secrets.token_urlsafe(32)
    moment = clock.now()
    token = ServiceToken.objects.create(
        user=user,
        name=name.strip(),
        prefix=secret[:12],
        digest=_digest(secret),
        scopes=sorted(set(scopes)),
        allowed_addresses=[str(ip_network(network, strict=False)) for network in networks],
        created_by=actor,
        created_at=moment,
        expires_at=moment + timedelta(days=days),
    )
    audit.record(actor, "user.token_issued", user, {"token": token.pk, "scopes": token.scopes, "days": days})
    return token, secret


@transaction.atomic
def revoke(token: ServiceToken, *, actor: Any) -> ServiceToken:
    """Nobody comes in by this token any more; nothing happens to one that was revoked before."""
    token = ServiceToken.objects.select_for_update().select_related("user").get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        audit.record(actor, "user.token_revoked", token.user, {"token": token.pk})
    return token


def recognise(secret: str, address: str) -> ServiceToken | None:
    """The living token of `secret`, asked for from `address`, with its account; None for any reason it does not count."""
    digest = _digest(secret)
    token = ServiceToken.objects.select_related("user").filter(digest=digest).first()
    if token is None or not secrets.compare_digest(token.digest, digest):
        return None
    moment = clock.now()
    if token.revoked_at is not None or token.expires_at <= moment or not token.user.is_active or not token.user.is_service:
        return None
    if not _comes_from(address, token.allowed_addresses) or grants(token.user).seats:
        return None
    _note_use(token, moment, address)
    return token


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`; `request.auth` is the token. No reason is told: a guess learns nothing."""

    def authenticate(self, request: HttpRequest) -> tuple[User, ServiceToken] | None:
        scheme, _space, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = recognise(secret.decode("latin-1").strip(), client_address(request))
        if token is None:
            raise AuthenticationFailed(_("This token does not count here, or no longer. Ask an administrator for another one."))
        return token.user, token

    def authenticate_header(self, request: HttpRequest) -> str:
        return 'Bearer realm="Concord"'


def _note_use(token: ServiceToken, moment: Any, address: str) -> None:
    """At most once a minute, and never by two requests at once."""
    if token.last_used_at is None or token.last_used_at <= moment - USE_IS_NOTED_EACH:
        long_ago = Q(last_used_at=None) | Q(last_used_at__lte=moment - USE_IS_NOTED_EACH)
        ServiceToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=moment, last_used_from=address)


def _comes_from(address: str, networks: Sequence[str]) -> bool:
    return not networks or any(ip_address(address) in ip_network(network) for network in networks)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(user: User, name: str, scopes: Sequence[str], days: int, networks: Sequence[str]) -> None:
    fields: dict[str, list[str]] = {}
    if not user.is_active:
        fields["user"] = [_("This account is closed.")]
    elif not user.is_service:
        fields["user"] = [_("People sign in themselves; make a service account for what runs by itself.")]
    if not name.strip() or len(name.strip()) > 120:
        fields["name"] = [_("Name the token in at most 120 letters.")]
    wrong = [scope for scope in scopes if not SCOPE.fullmatch(scope)]
    if wrong or not scopes:
        fields["scopes"] = [_("Give scopes like risks:read or risks:write.")]
    if not 1 <= days <= MOST_DAYS:
        fields["days"] = [_("A token lives from 1 to %(days)d days.") % {"days": MOST_DAYS}]
    if not all(_is_network(network) for network in networks):
        fields["allowed_addresses"] = [_("Give networks like 192.0.2.0/24 or 2001:db8::/32.")]
    if fields:
        raise Invalid(_("This token cannot be issued."), fields)


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
