"""Files that the API hands out, as the pages do: OSCAL documents, sheets, workbooks and paper."""

from collections.abc import Iterable

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OSCAL = {(200, "application/json"): OpenApiResponse(OpenApiTypes.OBJECT, "An OSCAL document.")}
CSV = {(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "As the page gives it; brought back, it changes nothing.")}
PDF = {(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, "Paper, as PDF/UA-1.")}
WORKBOOK = {(200, XLSX): OpenApiResponse(OpenApiTypes.BINARY, "A workbook.")}


def sheet(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def file(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
