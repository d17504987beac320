"""How the API describes itself: OpenAPI 3.1 with what every address has in common."""

from drf_spectacular.openapi import AutoSchema


class ResourceSchema(AutoSchema):
    """Grouped by resource."""

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "resource", "") or "portal"]
