"""The verbs of an identity provider: name, change, check, start, stop, end."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people.models import Unit
from portal.record import audit
from portal.sign_on import checking, client_secrets
from portal.sign_on.errors import NeverUsed, ProviderEnded
from portal.sign_on.models import IdentityProvider
from portal.sign_on.models.identity_provider import MAY

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LONGEST = {"name": 80, "issuer": 500, "client_id": 200, "groups_claim": 80}
AT_HOME = {"127.0.0.1", "localhost", "::1"}


@transaction.atomic
def add(
    *,
    key: str,
    name: str,
    issuer: str,
    client_id: str,
    secret: str,
    groups_claim: str = "groups",
    proves_addresses: bool = False,
    makes_accounts: bool = False,
    unit: Unit | None = None,
    actor: Any,
) -> IdentityProvider:
    """A provider that nobody comes in by yet: check it, then start it. Raises Invalid by field."""
    _demand(actor)
    told = {"name": name, "issuer": issuer.rstrip("/"), "client_id": client_id, "groups_claim": groups_claim}
    fields = _wrong(told, makes_accounts, unit)
    if not KEY.fullmatch(key):
        fields["key"] = [_("Write small letters, digits and hyphens: it becomes part of an address.")]
    elif IdentityProvider.objects.filter(key=key).exists():
        fields["key"] = [_("There is, or was, a provider of this key. Take another one.")]
    if not secret:
        fields["secret"] = [_("Write the secret that the provider gave you for Concord.")]
    if fields:
        raise Invalid(_("This provider cannot be added."), fields)
    one = IdentityProvider.objects.create(
        key=key,
        secret=client_secrets.seal(secret),
        proves_addresses=proves_addresses,
        makes_accounts=makes_accounts,
        unit=unit if makes_accounts else None,
        created_by=actor,
        created_at=clock.now(),
        **told,
    )
    audit.record(actor, "identity-provider.added", one, {"issuer": one.issuer})
    return one


@transaction.atomic
def change(one: IdentityProvider, *, actor: Any, secret: str = "", **told: Any) -> IdentityProvider:
    """What `told` names becomes so, and the secret where another one is given. Raises Invalid by field, and NeverUsed where
    passwords would close before anybody came in by it."""
    one = _standing(one, actor)
    before = {name: getattr(one, name) for name in told}
    for name, value in told.items():
        setattr(one, name, value.strip() if isinstance(value, str) else value)
    one.issuer = one.issuer.rstrip("/")
    one.unit = one.unit if one.makes_accounts else None
    if fields := _wrong({name: getattr(one, name) for name in LONGEST}, one.makes_accounts, one.unit):
        raise Invalid(_("This cannot be saved."), fields)
    if one.is_required and one.last_used_at is None:
        raise NeverUsed
    changed = sorted(name for name, value in before.items() if getattr(one, name) != value)
    if secret:
        one.secret = client_secrets.seal(secret)
        changed.append("secret")
    if changed:
        one.save()
        audit.record(actor, "identity-provider.changed", one, {"fields": changed})
    return one


def check(one: IdentityProvider, *, actor: Any) -> IdentityProvider:
    """Ask the provider who it is, outside of any transaction: it may take its time; keep what was found, step by step."""
    _demand(actor)
    found = checking.look(IdentityProvider.objects.get(pk=one.pk))
    with transaction.atomic():
        one = _standing(one, actor)
        one.checked_at, one.check_result = clock.now(), [[step.name, step.went_well, step.detail] for step in found.steps]
        one.origins = found.origins or one.origins
        one.save(update_fields=["checked_at", "check_result", "origins"])
        audit.record(actor, "identity-provider.checked", one, {"good": found.is_good})
    return one


@transaction.atomic
def start(one: IdentityProvider, *, actor: Any) -> IdentityProvider:
    """People see it where they sign in."""
    one = _standing(one, actor)
    if one.started_at is None:
        one.started_at = clock.now()
        one.save(update_fields=["started_at"])
        audit.record(actor, "identity-provider.started", one)
    return one


@transaction.atomic
def stop(one: IdentityProvider, *, actor: Any) -> IdentityProvider:
    """Nobody comes in by it until it is started again; passwords are open to everybody meanwhile."""
    one = _standing(one, actor)
    if one.started_at is not None:
        one.started_at = None
        one.save(update_fields=["started_at"])
        audit.record(actor, "identity-provider.stopped", one)
    return one


@transaction.atomic
def end(one: IdentityProvider, *, actor: Any) -> IdentityProvider:
    """For good; its secret is gone."""
    one = _standing(one, actor)
    one.archived_at, one.started_at, one.secret = clock.now(), None, ""
    one.save(update_fields=["archived_at", "started_at", "secret"])
    audit.record(actor, "identity-provider.ended", one)
    return one


def running() -> list[IdentityProvider]:
    """Those that people see where they sign in; known to everybody, signed in or not."""
    return list(IdentityProvider.objects.running().order_by("name", "pk"))


def by_key(key: str) -> IdentityProvider | None:
    """The one that an address of the entrance names, running or not."""
    return IdentityProvider.objects.filter(key=key, archived_at=None).first()


def closes_passwords() -> IdentityProvider | None:
    """The running provider that people sign in by alone, if there is one."""
    return IdentityProvider.objects.running().filter(is_required=True).order_by("pk").first()


def _standing(one: IdentityProvider, actor: Any) -> IdentityProvider:
    _demand(actor)
    one = IdentityProvider.objects.select_for_update(of=("self",)).select_related("unit").get(pk=one.pk)
    if one.archived_at is not None:
        raise ProviderEnded
    return one


def _demand(actor: Any) -> None:
    if not actor.has_perm(MAY):
        raise PermissionDenied


def _wrong(told: dict[str, str], makes_accounts: bool, unit: Unit | None) -> dict[str, list[str]]:
    fields = {
        name: [_("Write between 1 and %(most)d letters.") % {"most": most}]
        for name, most in LONGEST.items()
        if not 1 <= len(told[name].strip()) <= most
    }
    if "issuer" not in fields and not _is_issuer(told["issuer"]):
        fields["issuer"] = [_("Write the issuer as the provider names itself, beginning with https://.")]
    if makes_accounts and (unit is None or unit.archived_at is not None):
        fields["unit"] = [_("Choose where people belong who get an account by signing in.")]
    return fields


def _is_issuer(text: str) -> bool:
    try:
        parts = urlsplit(text)
        plain = parts.scheme == "http" and parts.hostname in AT_HOME and settings.ISSUERS_IN_CLEAR
        return bool(parts.hostname) and (parts.scheme == "https" or plain) and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        return False
