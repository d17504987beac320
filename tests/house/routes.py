"""Every address of the portal, with what guards it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Entrance:
    """One address. `name` is "risks:risk" for pages and "api:risks-detail" for the API; `route` as the resolver spells it."""

    name: str
    route: str
    callback: Callable[..., Any]

    @property
    def is_api(self) -> bool:
        return self.route.startswith(("api/", "scim/")) and self.view_class is not None

    @property
    def view_class(self) -> Any:
        return getattr(self.callback, "cls", None)

    @property
    def permission(self) -> str:
        """The permission to read, "" where nothing guards it; an address of a resource may ask for more than the resource does."""
        asked = getattr(self.callback, "initkwargs", {}).get("permission", "")
        return asked or getattr(self.callback, "permission", "") or getattr(self.view_class, "permission", "")


def entrances() -> list[Entrance]:
    """All but those of Django's admin, which test_admin.py walks."""
    return [each for each in _walk(get_resolver().url_patterns) if not each.route.startswith("admin/")]


def _walk(patterns: list, before: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Entrance]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route, (*spaces, *filter(None, [pattern.namespace])))
        elif isinstance(pattern, URLPattern):
            room = ("api",) if route.startswith("api/") else ()
            yield Entrance(":".join((*spaces, *room, pattern.name or route)), route, pattern.callback)
