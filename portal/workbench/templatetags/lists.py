"""From a list that an app draws itself to the table and the files of the same rows."""

from typing import Any
from urllib.parse import urlencode

from django import template

from portal.workbench import listed, table_page, tables

register = template.Library()


@register.inclusion_tag("workbench/lists/_tools.html", takes_context=True)
def list_tools(context: dict[str, Any], kind: str) -> dict[str, Any]:
    """Links to the rows that the filters of this page ask for."""
    of_kind = listed.of_kind(kind)
    filters = tables.asked(of_kind, context["request"].GET).filters
    asked = urlencode(filters)
    return {"table": f"{of_kind.url}?{asked}" if asked else of_kind.url, "files": table_page.files(of_kind, filters)}
