"""What guards an address of the portal, by its view alone."""

from typing import Any

from django.urls import Resolver404, resolve

from portal.people.access import OPEN_TO_ALL


def permission_at(path: str) -> str:
    """The permission that the page at `path` asks for, "" where there is none such."""
    try:
        view = resolve(path).func
    except Resolver404:
        return ""
    asked = getattr(view, "initkwargs", {}).get("permission", "")
    return asked or getattr(view, "permission", "") or getattr(getattr(view, "cls", None), "permission", "")


def may_open(user: Any, address: str) -> bool:
    """Whether the view behind an address lets `user` in; what it shows is another question."""
    permission = permission_at(address.partition("?")[0].partition("#")[0])
    return permission == OPEN_TO_ALL or user.has_perm(permission)
