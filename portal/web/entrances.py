"""What guards an address of the portal, by its view alone."""

from django.urls import Resolver404, resolve


def permission_at(path: str) -> str:
    """The permission that the page at `path` asks for, "" where there is none such."""
    try:
        view = resolve(path).func
    except Resolver404:
        return ""
    asked = getattr(view, "initkwargs", {}).get("permission", "")
    return asked or getattr(view, "permission", "") or getattr(getattr(view, "cls", None), "permission", "")
