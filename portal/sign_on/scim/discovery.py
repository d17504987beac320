"""/scim/v2/ServiceProviderConfig, ResourceTypes and Schemas."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from scim2_models import Context, ListResponse

from portal.sign_on.scim import shapes
from portal.sign_on.scim.door import Door, Wrong
from portal.sign_on.scim.shapes import PROVIDER


class Discovery(Door):
    """What this server is, holds and takes; nothing is written here, and nothing filtered (RFC 7644, 4)."""

    kind = ""

    def get(self, request: Request, key: str = "") -> Response:
        if "filter" in request.GET:
            raise Wrong(403, "What the server says of itself is not filtered.")
        if self.kind == "ServiceProviderConfig":
            return Response(_located(shapes.CONFIG, f"{self.base}/ServiceProviderConfig", self.kind))
        found = PROVIDER.resource_types if self.kind == "ResourceType" else PROVIDER.schemas
        rows = [_located(one, f"{self.base}/{self.kind}s/{one.id}", self.kind) for one in found]
        if key:
            match = next((row for row in rows if row["id"] == key), None)
            if match is None:
                raise Wrong(404, "There is no such thing here.")
            return Response(match)
        page = {"totalResults": len(rows), "itemsPerPage": len(rows), "startIndex": 1, "Resources": rows}
        return Response({"schemas": [str(ListResponse.__schema__)], **page})


def _located(resource: Any, location: str, kind: str) -> dict[str, Any]:
    data = resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return {**data, "meta": {"resourceType": kind, "location": location}}
