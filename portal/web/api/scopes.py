"""What a token may be used for: scopes "<resource>:read" and "<resource>:write"; to write includes to read."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.urls import get_resolver
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from portal import subjects
from portal.errors import Invalid
from portal.people import freshness
from portal.web.problems import SecondFactorRequired, SessionRequired


class InScope(BasePermission):
    """A token needs the scope of the view's resource. People in a session need none: their role says it all."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is None or not view.resource:
            return True
        needed = needed_for(view.resource, request.method)
        held = set(request.auth.scopes)
        if needed in held or f"{view.resource}:write" in held:
            return True
        raise PermissionDenied(_("This token has no scope %s. Ask an administrator for one that has.") % needed, "scope-missing")


class InSession(BasePermission):
    """Only a person in a session with a fresh second factor: what is signed is never signed by a token, nor by whoever finds a
    screen open."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is not None:
            raise SessionRequired(_("A token cannot do this. A person must be signed in, with a fresh second factor."))
        if request.user.is_authenticated and not freshness.is_fresh(request):
            raise SecondFactorRequired(_("Give your second factor again at /accounts/2fa/reauthenticate/; it covers 15 minutes."))
        return True


def check_reading(request: Request, resource: str) -> None:
    """A token that may not read rows may not read what they were, nor what is said about them."""
    if request.auth is not None and not {f"{resource}:read", f"{resource}:write"} & set(request.auth.scopes):
        told = _("This token has no scope %s. Ask an administrator for one that has.") % f"{resource}:read"
        raise PermissionDenied(told, "scope-missing")


@cache
def resources() -> frozenset[str]:
    """Every resource that a scope can name: of the registered kinds, and of the views of the API."""
    return frozenset(
        {one.resource for one in subjects.all_kinds().values()} | set(_served(get_resolver("portal.api_urls").url_patterns))
    )


def check_named(wanted: Iterable[str]) -> None:
    """Raises Invalid where a scope is of a resource that is not there."""
    unknown = sorted({scope.partition(":")[0] for scope in wanted} - resources())
    if unknown:
        sentence = _now("No resource is called %s; the documentation of the API lists them.") % ", ".join(unknown)
        raise Invalid(sentence, {"scopes": [sentence]})


def _served(patterns: Iterable[Any]) -> Iterator[str]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _served(pattern.url_patterns)
        elif resource := getattr(getattr(pattern.callback, "cls", None), "resource", ""):
            yield resource


def needed_for(resource: str, method: str) -> str:
    return f"{resource}:{'read' if method in SAFE_METHODS else 'write'}"
