"""Lists as files for programs: `/api/v1/<resource>/export/` for every kind with a list, by the filters of its page."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from portal.web.api.door import Door
from portal.web.api.router import resources
from portal.workbench import exports, listed, tables
from portal.workbench.listed import Listed
from portal.workbench.views.lists import sent

QUESTION = ("columns", "sort", "group")


class ExportedColumn(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()


class ExportedList(serializers.Serializer):
    """A list as JSON: what was asked, the columns, and the rows by the names of the columns."""

    kind = serializers.CharField()
    exported_at = serializers.DateTimeField()
    filter = serializers.DictField(child=serializers.CharField())
    columns = ExportedColumn(many=True)
    rows = serializers.ListField(child=serializers.DictField())


class Exports(Door, ViewSet):
    """The rows that the filters ask for as one file, row by row as it is read; who took it out is recorded."""

    listed: Listed

    def list(self, request: Request) -> StreamingHttpResponse:
        question = tables.asked(self.listed, request.query_params)
        return sent(exports.start(question, request.query_params.get("as", "json"), actor=request.user))


def of(kind: Listed) -> type[Exports]:
    """The address of one kind, with its own scope, permission and filters."""
    names = (*sorted(kind.filter_names), *QUESTION, "as")
    view: Any = type(
        f"{kind.kind.title().replace('-', '')}Exports",
        (Exports,),
        {
            "__doc__": Exports.__doc__,
            "listed": kind,
            "resource": kind.subject.resource,
            "permission": kind.permission,
            "parameters": names,
            "list": extend_schema(parameters=_parameters(kind), responses=RESPONSES)(_own(Exports.list)),
        },
    )
    return view


def _own(method: Any) -> Any:
    """A function of its own, since the description is written on it."""

    def listed_(self: Any, request: Request) -> StreamingHttpResponse:
        return method(self, request)

    listed_.__name__, listed_.__doc__ = "list", Exports.__doc__
    return listed_


def _parameters(kind: Listed) -> list[OpenApiParameter]:
    columns = ", ".join(column.name for column in kind.columns)
    sorts = [word for column in kind.columns if column.sort != "" for word in (column.name, f"-{column.name}")]
    groups = [column.name for column in kind.columns if column.groups]
    return [
        *(OpenApiParameter(one.name, str, description=f"{one.label}, as in the address of the page.") for one in kind.filters),
        OpenApiParameter("columns", str, description=f"Only these, parted by commas; else all. Of: {columns}."),
        OpenApiParameter("sort", str, enum=sorts),
        OpenApiParameter("group", str, enum=groups, description="Rows that share it come together."),
        OpenApiParameter("as", str, enum=list(exports.FORMS), description="json by default."),
    ]


RESPONSES = {
    (200, "application/json"): ExportedList,
    (200, "text/csv"): OpenApiTypes.STR,
    (200, exports.XLSX): OpenApiTypes.BINARY,
}

for _kind in listed.all_kinds().values():
    resources.register(f"{_kind.subject.resource}/export", of(_kind), f"{_kind.subject.resource}-export")
