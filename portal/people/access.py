"""The one definition of access: what somebody may do (permissions) and which rows they may see (reach)."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from rest_framework.permissions import BasePermission

from portal.people.reach import EVERY_ROW, NOBODY, Clause, Grants, VisibleQuerySet, any_of, grants, read_grants

__all__ = [
    "EVERY_ROW",
    "NOBODY",
    "OPEN_TO_ALL",
    "Clause",
    "Grants",
    "SignedIn",
    "VisibleQuerySet",
    "any_of",
    "grants",
    "holds",
    "permitted",
    "read_grants",
]


def permitted(permission: str, *, writes: str = "") -> Callable:
    """A view for those who hold `permission`: strangers sign in first, others get 403; OPEN_TO_ALL lets every account in. Where the
    page takes a form as well, whoever sends it holds `writes` besides."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if permission != OPEN_TO_ALL and not request.user.has_perm(permission):
                raise PermissionDenied
            if writes and request.method not in ("GET", "HEAD") and not request.user.has_perm(writes):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission
        return guarded

    return decorate


OPEN_TO_ALL = "portal.open_to_all"


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in first, then come back to the page one stood on. htmx would put the sign-in page into a fragment, so it is told
    to go there as a whole."""
    address = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': _page_of(request)})}"
    if getattr(request, "htmx", None) and not request.htmx.boosted:
        response = HttpResponse()
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _page_of(request: HttpRequest) -> str:
    """The page a person looks at: the address itself, or where a fragment or a form was sent from."""
    if getattr(request, "htmx", None):
        return request.htmx.current_url_abs_path or "/"
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    return came_from.path or "/" if came_from.netloc == request.get_host() else "/"


def holds(permission: str) -> type[BasePermission]:
    """The API's twin of `permitted`; tokens also need the scope of the resource (tokens.py)."""

    class Holds(BasePermission):
        def has_permission(self, request, view) -> bool:
            return bool(request.user and request.user.is_authenticated and request.user.has_perm(permission))

    Holds.permission = permission
    Holds.__name__ = Holds.__qualname__ = f"Holds_{permission.replace('.', '_')}"
    return Holds


class SignedIn(BasePermission):
    """The API's floor: an account, by session or by token."""

    def has_permission(self, request, view) -> bool:
        return bool(request.user and request.user.is_authenticated)
