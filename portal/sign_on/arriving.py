"""Whom a provider's answer names, and whether they may come in. allauth carries the protocol out; what it asks is answered here."""

from dataclasses import dataclass
from typing import Any, NoReturn

import requests
import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal import clock
from portal.errors import ConcordError
from portal.people import accounts
from portal.people.models import User
from portal.people.sign_in import ClosedDoor
from portal.record import audit
from portal.sign_on import client_secrets, providers, role_rules
from portal.sign_on.models import GivenRole, IdentityProvider
from portal.sign_on.wording import CAUSES

PROTOCOL = "openid_connect"
TRIED = "sign_on.tried"  # in the session of an administrator: what the provider said of them
MOST_GROUPS = 500

log = structlog.get_logger(__name__)


class NotLetIn(Exception):
    """`cause` is a key of `wording.CAUSES`."""

    def __init__(self, cause: str):
        super().__init__(cause)
        self.cause = cause


class AnotherIssuer(Exception):
    """A provider describes itself as somebody else."""


@dataclass(frozen=True)
class Told:
    """What we take from a provider's answer; the rest is not kept."""

    subject: str
    email: str
    is_proven: bool
    name: str
    groups: list[str]


class Door(ClosedDoor):
    """Where people sign in by a provider alone, passwords are for administrators: its failure locks nobody out for good."""

    def pre_login(self, request: HttpRequest, user: Any, **told: Any) -> HttpResponse | None:
        by_provider = "sociallogin" in (told.get("signal_kwargs") or {})
        if not by_provider and not user.has_perm("people.use_admin") and providers.closes_passwords():
            return refuse(request, "passwords-closed")
        return super().pre_login(request, user, **told)


class Issuer(OpenIDConnectOAuth2Adapter):
    """A provider as allauth speaks to it, which must be the one that was named (OpenID Connect Discovery 1.0, 4.3)."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Raises AnotherIssuer."""
        described = super().openid_config
        named = self.get_provider().app.settings["server_url"]
        if str(described.get("issuer", "")).rstrip("/") != named:
            raise AnotherIssuer(str(described.get("issuer", ""))[:200])
        return described


class Arrivals(DefaultSocialAccountAdapter):
    """The providers of the table, and what happens when one of them has answered."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[SocialApp]:
        found = IdentityProvider.objects.filter(archived_at=None)
        if provider not in (None, PROTOCOL):
            found = found.filter(key=provider)
        return [_app(one) for one in found.order_by("pk")]

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        found = super().get_provider(request, provider, client_id)
        found.oauth2_adapter_class = Issuer
        return found

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        provider = IdentityProvider.objects.filter(key=sociallogin.account.provider, archived_at=None).first()
        process = sociallogin.state.get("process")
        if provider is None or process not in (AuthProcess.LOGIN, AuthProcess.REDIRECT):
            raise ImmediateHttpResponse(refuse(request, "lost"))
        told = told_by(provider, sociallogin)
        try:
            if process == AuthProcess.REDIRECT:
                request.session[TRIED] = try_out(provider, told)
                return
            sociallogin.user = let_in(provider, told)
        except NotLetIn as refusal:
            raise ImmediateHttpResponse(refuse(request, refusal.cause, provider=provider)) from None

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> NoReturn:
        raise ImmediateHttpResponse(refuse(request, _cause(request, error, exception), detail=str(exception or "")[:300]))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Concord writes its own letters."""


def told_by(provider: IdentityProvider, sociallogin: SocialLogin) -> Told:
    """From both the id token and the user's record; groups may come in either."""
    data = sociallogin.account.extra_data
    both = {**(data.get("id_token") or {}), **(data.get("userinfo") or {})} or data
    groups = both.get(provider.groups_claim) or []
    groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    email = str(both.get("email") or "").strip().lower()
    return Told(
        subject=sociallogin.account.uid,
        email=email,
        is_proven=bool(email) and (provider.proves_addresses or both.get("email_verified") is True),
        name=str(both.get("name") or email.partition("@")[0]).strip()[:200],
        groups=[str(one) for one in groups[:MOST_GROUPS]],
    )


@transaction.atomic
def let_in(provider: IdentityProvider, told: Told) -> User:
    """The person of this answer, with the roles of their groups; they are known again by the provider's own name for them.

    Raises NotLetIn.
    """
    if provider.started_at is None:
        raise NotLetIn("stopped")
    known = SocialAccount.objects.filter(provider=provider.key, uid=told.subject).select_related("user").first()
    user = known.user if known else _by_address(provider, told)
    _may_come(user)
    if known is None:
        if SocialAccount.objects.filter(provider=provider.key, user=user).exists():
            raise NotLetIn("another-subject")
        SocialAccount.objects.create(provider=provider.key, uid=told.subject, user=user)
        audit.record(user, "user.provider_linked", user, {"provider": provider.pk})
    else:
        SocialAccount.objects.filter(pk=known.pk).update(extra_data={})  # what it says of a person is not kept
    IdentityProvider.objects.filter(pk=provider.pk).update(last_used_at=clock.now())
    role_rules.follow(user, told.groups, GivenRole.Source.PROVIDER)
    return user


def try_out(provider: IdentityProvider, told: Told) -> dict[str, Any]:
    """What would happen if this were a sign-in; nothing does. For the administrator whose own sign-in it is."""
    known = SocialAccount.objects.filter(provider=provider.key, uid=told.subject).select_related("user").first()
    cause = ""
    try:
        user = known.user if known else _by_address(provider, told, makes=False)
        if user is not None:
            _may_come(user)
    except NotLetIn as refusal:
        user, cause = None, refusal.cause
    rules = role_rules.wanted(told.groups)
    return {
        "provider": provider.pk,
        "subject": told.subject,
        "email": told.email,
        "is_proven": told.is_proven,
        "groups": told.groups[:50],
        "user": user.pk if user else None,
        "cause": cause,
        "roles": [[rule.get_role_display(), rule.unit.name] for rule in rules],
    }


def refuse(request: HttpRequest, cause: str, *, provider: IdentityProvider | None = None, detail: str = "") -> HttpResponse:
    """A page that says why, with the number by which the line of the log is found. What the provider wrote is for the log alone."""
    log.warning("sign_on.refused", cause=cause, provider=provider and provider.key, detail=detail)
    title, sentence, status = CAUSES[cause]
    context = {"title": title, "sentence": sentence, "number": getattr(request, "id", ""), "provider": provider}
    return render(request, "sign_on/refused.html", context, status=status)


def _by_address(provider: IdentityProvider, told: Told, *, makes: bool = True) -> User | None:
    if not told.email:
        raise NotLetIn("no-address")
    if not told.is_proven:
        raise NotLetIn("address-not-proven")
    user = User.objects.filter(email__iexact=told.email).first()
    if user is not None or (not makes and provider.makes_accounts):
        return user
    if not provider.makes_accounts:
        raise NotLetIn("nobody")
    try:
        return accounts.make(told.email, told.name, unit=provider.unit, actor=None)
    except ConcordError:
        raise NotLetIn("no-account-made") from None


def _may_come(user: User) -> None:
    if user.is_service:
        raise NotLetIn("nobody")
    if not user.is_active:
        raise NotLetIn("closed")


def _app(one: IdentityProvider) -> SocialApp:
    """As allauth knows it; never stored."""
    return SocialApp(
        provider=PROTOCOL,
        provider_id=one.key,
        name=one.name,
        client_id=one.client_id,
        secret=client_secrets.of(one),
        settings={"server_url": one.issuer, "oauth_pkce_enabled": True},
    )


def _cause(request: HttpRequest, error: Any, exception: Any) -> str:
    if error == AuthError.CANCELLED:
        return "cancelled"
    if isinstance(exception, OAuth2Error):
        return "client-refused" if "invalid_client" in str(exception) or "unauthorized_client" in str(exception) else "code-refused"
    if isinstance(exception, requests.RequestException):
        return "no-answer"
    if "error" in request.GET:
        return "refused-there"
    return "lost"
