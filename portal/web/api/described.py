"""The whole description of the API, made once a process; and what this portal has besides, as one reader may know it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import get_lib_doc_excludes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.people.access import OPEN_TO_ALL
from portal.web.api.door import Door
from portal.web.api.fields import RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.writing import RegisterSet, WriteSet


def undescribed() -> list[type]:
    """Classes whose docstrings speak to us and not to those who read the description."""
    return [*get_lib_doc_excludes(), Door, RowSerializer, ReadSet, RegisterSet, WriteSet]


def whole_or_part(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing: with `fields`, and for what is gone, a row is only part of itself, so of a readable row only the id is
    certain."""
    components = result["components"]["schemas"]
    for operations in result["paths"].values():
        reading = operations.get("get", {})
        if not any(parameter["name"] == "fields" for parameter in reading.get("parameters", ())):
            continue
        for body in reading["responses"]["200"]["content"].values():
            _loosen(components, body["schema"])
    _drop(result, "x-spec-enum-id")
    return result


def _drop(value: Any, name: str) -> None:
    """The generator's own marks are no part of the description."""
    if isinstance(value, dict):
        value.pop(name, None)
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            _drop(one, name)


def _loosen(components: dict[str, Any], schema: dict[str, Any]) -> None:
    component = components[schema["$ref"].rsplit("/", 1)[1]]
    rows = component.get("properties", {}).get("results")
    if rows is not None:
        _loosen(components, rows["items"])
    elif "required" in component:
        component["required"] = [name for name in component["required"] if name == "id"]


@cache
def described() -> dict[str, Any]:
    """The whole description; it changes only with the code."""
    return SchemaGenerator().get_schema(request=None, public=True)


Additions = Callable[[Any], Mapping[str, Mapping[str, Sequence[dict[str, Any]]]]]
_additions: list[Additions] = []


def add(parameters: Additions) -> None:
    """What a portal's own people defined: `parameters(user)` gives by address what stands in the place of which parameter of GET.
    Once, when the addresses are read."""
    _additions.append(parameters)


def described_to(user: Any) -> dict[str, Any]:
    """The description with the parameters that this portal has and `user` may know of."""
    whole = described()
    paths = dict(whole["paths"])
    for parameters in _additions:
        for address, placed in parameters(user).items():
            reading = paths[address]["get"]
            told = [one for before in reading["parameters"] for one in placed.get(before["name"], (before,))]
            paths[address] = {**paths[address], "get": {**reading, "parameters": told}}
    return {**whole, "paths": paths}


class SchemaView(Door, APIView):
    """This description."""

    permission = OPEN_TO_ALL
    schema = None

    def get(self, request: Request) -> Response:
        return Response(described_to(request.user), content_type="application/vnd.oai.openapi+json")
