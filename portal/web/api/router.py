"""The one router of the API; each app registers its resources in its `api` module: `resources.register("risks", RiskViewSet)`."""

from typing import Any

from rest_framework.routers import SimpleRouter


class Resources(SimpleRouter):
    """The prefix is the resource's noun: in addresses (`/api/v1/risks/`), in scopes (`risks:read`) and in names (`risks-list`)."""

    def register(self, prefix: str, viewset: Any, basename: str | None = None) -> None:
        viewset.resource = viewset.resource or prefix
        super().register(prefix, viewset, basename or prefix)


resources = Resources()
