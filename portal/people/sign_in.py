"""Who may come in: people by password and second factor, nobody by signing up, no service account."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from portal.people import sessions
from portal.people.addresses import client_address


class ClosedDoor(DefaultAccountAdapter):
    """Accounts are made by an administrator, never by the visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by account and address (django-axes), so that nobody can lock others out from elsewhere."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        return None if user is not None and user.is_service else user

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Who has a second factor confirms by it; the password alone confirms nothing then."""
        methods = super().get_reauthentication_methods(user)
        by_factor = [method for method in methods if method["id"] != "reauthenticate"]
        for method in by_factor:
            by_passkey = method["id"] == "mfa_reauthenticate:webauthn"
            method["description"] = _("Use a passkey") if by_passkey else _("Use an authenticator app or a recovery code")
        return by_factor or methods


def account_named(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account a sign-in speaks of, spelt one way: capitals and blanks must not give further tries."""
    return str((credentials or {}).get("email") or request.POST.get("login") or "").strip().lower()


def leaving(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Signing out leaves nothing in the browser that the next person at the desk could page back to."""

    @wraps(view)
    def left(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return left


def renewing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Who just gave a factor goes on by another session key."""

    @wraps(view)
    def renewed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        before = len(get_authentication_records(request, request.user))
        response = view(request, *args, **kwargs)
        if len(get_authentication_records(request, request.user)) > before:
            sessions.renew(request)
        return response

    return renewed


def closed(request: HttpRequest, **named: str) -> NoReturn:
    """A page of allauth that has no place here."""
    raise Http404
