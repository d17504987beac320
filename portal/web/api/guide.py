"""The description of the API as a person reads it: by resource, with scopes and an example."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

COMMON = {"fields", "cursor", "page_size", "dry_run", "Idempotency-Key", "If-Match", "id"}  # told once for all, in the rules


@dataclass(frozen=True)
class Line:
    """A field or a parameter: its name, its shape in words, what it is."""

    name: str
    shape: str
    told: str
    required: bool = False


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    summary: str
    scope: str
    parameters: Sequence[Line]
    body: Sequence[Line]
    statuses: Sequence[str]


@dataclass(frozen=True)
class Resource:
    """Everything one noun of the API takes and gives."""

    noun: str
    told: str
    operations: Sequence[Operation]
    fields: Sequence[Line]
    reading: str  # curl
    writing: str  # curl, "" where it is only read


def resources(document: Mapping[str, Any], host: str) -> list[Resource]:
    """One for each noun, in alphabetical order; the examples ask `host`, as in "https://concord.example"."""
    by_noun: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_noun.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return [_resource(noun, found, document, host) for noun, found in sorted(by_noun.items())]


def _resource(noun: str, found: Sequence[tuple[str, str, Mapping]], document: Mapping, host: str) -> Resource:
    operations = [_operation(method, path, told, document) for method, path, told in found]
    shown = next((told for method, path, told in found if method == "GET"), found[0][2])
    creating = next((told for method, path, told in found if method == "POST" and path == f"/api/v1/{noun}/"), None)
    return Resource(
        noun=noun,
        told=shown.get("description", "").replace("`", ""),
        operations=operations,
        fields=list(_lines(_row(_answer(shown, document), document), document)),
        reading=_reading(next((path for method, path, _told in found if method == "GET"), ""), host),
        writing=_writing(noun, creating, document, host),
    )


def _operation(method: str, path: str, told: Mapping[str, Any], document: Mapping[str, Any]) -> Operation:
    named = [one for one in told.get("parameters", ()) if one["name"] not in COMMON]
    return Operation(
        method=method,
        path=path,
        summary=told.get("summary", ""),
        scope=next((scope for way in told.get("security", ()) for scope in way.get("bearer", ())), ""),
        parameters=[
            Line(one["name"], shape(one["schema"], document), one.get("description", ""), one.get("required", False))
            for one in named
        ],
        body=list(_lines(_body(told, document), document)),
        statuses=sorted(told["responses"]),
    )


def _parameter(told: Mapping[str, Any], document: Mapping[str, Any]) -> Line:
    return Line(told["name"], shape(told["schema"], document), told.get("description", ""), told.get("required", False))


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _answer(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    good = next((answer for status, answer in operation["responses"].items() if status.startswith("2")), {})
    return next((_resolved(body["schema"], document) for body in good.get("content", {}).values()), {})


def _row(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row of a list, or the thing itself."""
    rows = schema.get("properties", {}).get("results")
    return schema if rows is None or "items" not in rows else _resolved(rows["items"], document)


def _body(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    return next((_resolved(body["schema"], document) for body in content.values()), {})


def _lines(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Line]:
    required = schema.get("required", ())
    for name, told in schema.get("properties", {}).items():
        yield Line(name, shape(told, document), told.get("description", ""), name in required)


def shape(schema: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """A schema in a few words: "integer or null", "one of OPEN, CLOSED", "list of string"."""
    schema = _resolved(schema, document)
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return _(" or ").join(dict.fromkeys(shape(one, document) for one in schema[several]))
    if "enum" in schema:
        return _("one of %s") % ", ".join(str(one) for one in schema["enum"] if one not in ("", None))
    kinds = schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    words = [_("list of %s") % shape(schema.get("items", {}), document) if kind == "array" else kind for kind in kinds]
    form = {"date": _("day"), "date-time": _("moment"), "decimal": _("decimal string"), "uuid": "UUID"}.get(
        schema.get("format", "")
    )
    if form:
        words = [form if word == "string" else word for word in words]
    return _(" or ").join(words)


def _reading(path: str, host: str) -> str:
    return f'curl -H "Authorization: Bearer $TOKEN" \\\n  "{host}{path}"' if path else ""


def _writing(noun: str, operation: Mapping[str, Any] | None, document: Mapping[str, Any], host: str) -> str:
    if operation is None:
        return ""
    content = operation.get("requestBody", {}).get("content", {})
    start = f'curl -X POST -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(uuidgen)" \\\n  "{host}/api/v1/{noun}/"'
    if "multipart/form-data" in content:
        files = _resolved(content["multipart/form-data"]["schema"], document)
        parts = " ".join(f"-F {name}={_part(told)}" for name, told in _required(files))
        return f"{start} \\\n  {parts}"
    schema = _body(operation, document)
    row = {
        name: _sample(told, document) for name, told in schema.get("properties", {}).items() if name in schema.get("required", ())
    }
    return f"{start} \\\n  -H \"Content-Type: application/json\" \\\n  -d '{json.dumps(row)}'"


def _required(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((name, told) for name, told in schema.get("properties", {}).items() if name in schema.get("required", ()))


def _part(schema: Mapping[str, Any]) -> str:
    return "@scan.xml" if schema.get("format") == "binary" else "1"


def _sample(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    schema = _resolved(schema, document)
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return _sample(schema[several][0], document)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "string")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "array":
        return []
    if kind == "object":
        return {}
    return {"integer": schema.get("minimum", 1), "number": 1, "boolean": True}.get(kind, "…")
