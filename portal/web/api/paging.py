"""Cursor pages in the order (field, id), so that no row is skipped or doubled while others are added."""

import base64
import binascii
import json
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.utils.urls import replace_query_param

from portal.errors import Invalid
from portal.web.api import questions

PAGE_SIZE, LARGEST_PAGE = 50, 500
PARAMETERS = ("cursor", "page_size", "ordering")


def page_size(request: Request) -> int:
    return questions.whole_number(request, "page_size", least=1, most=LARGEST_PAGE, otherwise=PAGE_SIZE)


def cursor(request: Request) -> dict[str, Any] | None:
    """What `next` of the page before handed on. Raises Invalid where it was not written by us."""
    told = request.query_params.get("cursor")
    if told is None:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(told.encode("ascii") + b"=" * (-len(told) % 4)))
    except (ValueError, binascii.Error, UnicodeError, RecursionError):
        raise bad_cursor() from None
    if not isinstance(found, dict):
        raise bad_cursor()
    return found


def bad_cursor() -> Invalid:
    return Invalid(_("The question is not valid."), {"cursor": [_("Take the cursor from `next` of the page before, unchanged.")]})


def address_of(request: Request, place: Mapping[str, Any]) -> str:
    """The address of the next page."""
    packed = json.dumps(place, cls=JSONEncoder, separators=(",", ":")).encode()
    return replace_query_param(request.build_absolute_uri(), "cursor", base64.urlsafe_b64encode(packed).decode().rstrip("="))


def orderings(view: Any) -> dict[str, str]:
    """Word in the address → field path. A view names `ordering_fields` as names, or as {word: path}; "id" is always there."""
    named = getattr(view, "ordering_fields", ())
    return {"id": "pk"} | (dict(named) if isinstance(named, Mapping) else {name: name for name in named})


def field_at(model: type[Model], path: str) -> Field:
    """The model field at a path such as "score_state__value"."""
    if path == "pk":
        return model._meta.pk
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(last)


class CursorPages(BasePagination):
    """`?ordering=-number&page_size=100&cursor=…`; the answer is {"results": […], "next": address or null}."""

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        size = page_size(request)
        word = request.query_params.get("ordering") or getattr(view, "ordering", "id")
        path = self._path(word, orderings(view))
        backwards = "-" if word.startswith("-") else ""
        place = cursor(request)
        if place is not None:
            queryset = queryset.filter(_beyond(place, word, field_at(queryset.model, path), path, backwards))
        order = [f"{backwards}pk"] if path == "pk" else [f"{backwards}{path}", f"{backwards}pk"]
        rows = list(queryset.order_by(*order)[: size + 1])
        self.next = None
        if len(rows) > size:
            rows.pop()
            last = rows[-1]
            self.next = address_of(request, {"o": word, "v": attrgetter(path.replace("__", "."))(last), "i": last.pk})
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next})

    def _path(self, word: str, known: Mapping[str, str]) -> str:
        try:
            return known[word.removeprefix("-")]
        except KeyError:
            told = _("Order by one of: %s; with - in front for the other direction.") % ", ".join(sorted(known))
            raise Invalid(_("The question is not valid."), {"ordering": [told]}) from None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."},
                "up_to": {
                    "type": ["string", "null"],
                    "format": "date-time",
                    "description": "Only with updated_since, on the last page: what to send as updated_since next time.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        words = sorted(orderings(view))
        sizes = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
        return [
            _parameter("cursor", {"type": "string"}, "From `next` of the page before."),
            _parameter("page_size", sizes, "Rows a page."),
            _parameter("ordering", {"type": "string", "enum": [*words, *(f"-{word}" for word in words)]}, "Then by id."),
        ]


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _beyond(place: Mapping[str, Any], word: str, field: Field, path: str, backwards: str) -> Q:
    """Rows after `place` in the order (path, id). Raises Invalid where the place is of another order or was tampered with."""
    value, pk = place.get("v"), place.get("i")
    whole = isinstance(pk, int) and not isinstance(pk, bool) and abs(pk) < 2**63
    if place.get("o") != word or not whole or value is None or isinstance(value, (dict, list)):
        raise bad_cursor()
    if isinstance(value, str) and ("\x00" in value or not value.isprintable()):
        raise bad_cursor()
    try:
        value = field.to_python(value)
    except (ValidationError, ValueError, TypeError, OverflowError):
        raise bad_cursor() from None
    than = "lt" if backwards else "gt"
    if path == "pk":
        return Q(**{f"pk__{than}": pk})
    return Q(**{f"{path}__{than}e": value}) & (Q(**{f"{path}__{than}": value}) | Q(**{f"pk__{than}": pk}))
