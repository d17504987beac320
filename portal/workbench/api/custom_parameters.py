"""How the API tells of what an administrator added to a list: for every portal by one pattern, for this portal by name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from portal.web.api import described
from portal.workbench import custom_fields, listed, particulars
from portal.workbench.custom_fields import Type
from portal.workbench.listed import Listed
from portal.workbench.models import CustomField

NAME = "x_[a-z0-9_]{1,40}"
FIELDS = "custom_fields"  # what the parameter is called that stands for all of them; no address says this word
RANGE = "Exactly this, or from..to, of which one end may be left open."
SHAPES: Mapping[str, tuple[dict[str, Any], str]] = {
    Type.TEXT: ({"type": "string"}, "Rows in which these letters stand."),
    Type.NUMBER: ({"type": "string", "examples": ["10..20"]}, RANGE),
    Type.MONEY: ({"type": "string", "examples": ["..1500.50"]}, RANGE),
    Type.DAY: ({"type": "string", "examples": ["2027-01-01.."]}, RANGE),
    Type.FLAG: ({"type": "string", "enum": [particulars.YES, particulars.NO]}, ""),
    Type.CHOICE: ({"type": "string"}, "A key of its options: %(options)s."),
    Type.PERSON: ({"type": "integer", "minimum": 1}, "The id of a person."),
}


def for_every_portal(kind: Listed) -> list[OpenApiParameter]:
    """The filters that a kind may have besides its own, whatever they are called; none where nothing can be added."""
    if kind.change is None:
        return []
    told = (
        "Filters by the fields that this portal added to the kind, each a parameter of its own, as in x_contract=lease: "
        "custom-fields lists them. One that is not defined is refused."
    )
    pattern = {"type": "object", "patternProperties": {f"^{NAME}$": {"type": "string"}}, "additionalProperties": False}
    tag = OpenApiParameter("tag", {"type": "integer", "minimum": 1}, description="The id of a tag; refused where there is none.")
    return [OpenApiParameter(FIELDS, pattern, style="form", explode=True, description=told), tag]


def words(kind: Listed, known: Sequence[str], sign: str = "") -> dict[str, Any]:
    """One of `known`, or of what was added to the kind."""
    closed: dict[str, Any] = {"type": "string", "enum": list(known)}
    if kind.change is None:
        return closed
    return {"anyOf": [closed, {"type": "string", "pattern": f"^{sign}{NAME}$"}]}


def of_this_portal(user: Any) -> Mapping[str, Mapping[str, Sequence[dict[str, Any]]]]:
    """By address: in place of the pattern, the fields there are now of each kind that `user` may read."""
    told: dict[str, Mapping[str, Sequence[dict[str, Any]]]] = {}
    for kind in listed.all_kinds().values():
        fields = custom_fields.of(kind.kind) if kind.change is not None and user.has_perm(kind.permission) else ()
        if fields:
            named = {FIELDS: [_parameter(field) for field in fields]}
            told |= {f"/api/v1/{kind.subject.resource}/{act}/": named for act in ("export", "sample")}
    return told


def _parameter(field: CustomField) -> dict[str, Any]:
    schema, reading = SHAPES[field.type]
    if field.type == Type.CHOICE:
        schema = {**schema, "enum": [one["key"] for one in field.options]}
        reading %= {"options": ", ".join(f"{one['key']} ({one['label']})" for one in field.options)}
    told = " ".join(part for part in _sentences(field, reading) if part)
    return {"in": "query", "name": particulars.name_of(field), "schema": schema, "description": told}


def _sentences(field: CustomField, reading: str) -> Iterator[str]:
    yield _("Custom field “%(label)s”.") % {"label": field.label}
    yield field.help
    yield reading


described.add(of_this_portal)
