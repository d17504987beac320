"""The one definition of access: what somebody may do (permissions) and which rows they may see (reach)."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission

from portal.people.reach import NOBODY, Grants, VisibleQuerySet, grants, read_grants

__all__ = ["NOBODY", "OPEN_TO_ALL", "Grants", "SignedIn", "VisibleQuerySet", "grants", "holds", "permitted", "read_grants"]


def permitted(permission: str) -> Callable:
    """A view for those who hold `permission`: strangers sign in first, others get 403; OPEN_TO_ALL lets every account in."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if permission != OPEN_TO_ALL and not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission
        return guarded

    return decorate


OPEN_TO_ALL = "portal.open_to_all"


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
