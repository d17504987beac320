"""Lists as files for programs, and samples of them, by the filters of the page: `…/export/` and `…/sample/` of each resource."""

from collections.abc import Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.errors import Invalid
from portal.web.api.door import Door
from portal.web.api.router import resources
from portal.workbench import exports, listed, samples, tables
from portal.workbench.api import custom_parameters
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
    question: Sequence[str] = ()

    def known_parameters(self) -> Sequence[str]:
        return [*listed.as_defined(self.listed.kind).filter_names, *self.question]

    def list(self, request: Request) -> StreamingHttpResponse:
        question = tables.asked(listed.as_defined(self.listed.kind), request.query_params)
        return sent(exports.start(question, request.query_params.get("as", "json"), actor=request.user))


def of(kind: Listed, base: Any, names: Sequence[str], parameters: Sequence[OpenApiParameter], responses: Any) -> Any:
    """The address of one kind, with its own scope, permission and filters."""

    @extend_schema(parameters=list(parameters), responses=responses)
    def listed_(self: Any, request: Request) -> Any:
        return base.list(self, request)

    listed_.__name__, listed_.__doc__ = "list", base.__doc__
    return type(
        f"{kind.kind.title().replace('-', '')}{base.__name__}",
        (base,),
        {
            "__doc__": base.__doc__,
            "listed": kind,
            "resource": kind.subject.resource,
            "permission": kind.permission,
            "parameters": (*sorted(kind.filter_names), *names),
            "question": tuple(names),
            "list": listed_,
        },
    )


def _filters(kind: Listed) -> list[OpenApiParameter]:
    own = [OpenApiParameter(one.name, str, description=f"{one.label}, as in the address of the page.") for one in kind.filters]
    return [*own, *custom_parameters.for_every_portal(kind)]


def _parameters(kind: Listed) -> list[OpenApiParameter]:
    columns, added = ", ".join(column.name for column in kind.columns), ", x_… of custom fields, tags" if kind.change else ""
    sorts = [word for column in kind.columns if column.sort != "" for word in (column.name, f"-{column.name}")]
    groups = [column.name for column in kind.columns if column.groups]
    return [
        *_filters(kind),
        OpenApiParameter("columns", str, description=f"Only these, parted by commas; else all. Of: {columns}{added}."),
        OpenApiParameter("sort", custom_parameters.words(kind, sorts, "-?")),
        OpenApiParameter("group", custom_parameters.words(kind, groups), description="Rows that share it come together."),
        OpenApiParameter("as", str, enum=list(exports.FORMS), description="json by default."),
    ]


RESPONSES = {
    (200, "application/json"): ExportedList,
    (200, "text/csv"): OpenApiTypes.STR,
    (200, exports.XLSX): OpenApiTypes.BINARY,
}


class SampledRow(serializers.Serializer):
    id = serializers.IntegerField()
    label = serializers.CharField()


class SampledList(serializers.Serializer):
    """A sample in the order of its draw, out of how many rows."""

    kind = serializers.CharField()
    filter = serializers.DictField(child=serializers.CharField())
    population = serializers.IntegerField()
    seed = serializers.CharField()
    size = serializers.IntegerField()
    rows = SampledRow(many=True)


class Samples(Door, ViewSet):
    """A random sample of the rows that the filters ask for; the same seed over the same rows draws the same. As zip with the
    population, all columns, the record and the files of each row, and an index with the SHA-256 of everything."""

    listed: Listed
    question: Sequence[str] = ()
    known_parameters = Exports.known_parameters

    def list(self, request: Request) -> Any:
        asked = request.query_params
        question, form = tables.asked(listed.as_defined(self.listed.kind), asked), asked.get("as", "json")
        if form not in ("json", "zip"):
            sentence = _("Choose json or zip.")
            raise Invalid(sentence, {"as": [sentence]})
        drawn = samples.draw(question, *samples.asked_for(asked.get("seed", ""), asked.get("size", "")), request.user)
        if form == "zip":
            return sent(samples.bundle(drawn, actor=request.user))
        rows = [{"id": row.pk, "label": str(self.listed.subject.label(row))} for row in drawn.rows]
        told = {"kind": self.listed.kind, "filter": question.filters, "population": drawn.population}
        return Response({**told, "seed": drawn.seed, "size": drawn.size, "rows": rows})


DRAWING = [
    OpenApiParameter("seed", str, required=True, description="1 to 64 letters or digits."),
    OpenApiParameter("size", int, description="1 to 500 rows, 25 by default."),
    OpenApiParameter("as", str, enum=["json", "zip"], description="json by default."),
]
SAMPLED = {(200, "application/json"): SampledList, (200, "application/zip"): OpenApiTypes.BINARY}

for _kind in listed.all_kinds().values():
    _noun = _kind.subject.resource
    _sampling = of(_kind, Samples, ("seed", "size", "as"), [*_filters(_kind), *DRAWING], SAMPLED)
    _exporting = of(_kind, Exports, (*QUESTION, "as"), _parameters(_kind), RESPONSES)
    resources.register(f"{_noun}/sample", _sampling, f"{_noun}-sample")
    resources.register(f"{_noun}/export", _exporting, f"{_noun}-export")
