"""Which rows a question means: the filters that directories ask by go to the database, others are compared one by one."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet
from scim2_models import InvalidFilterException, ListResponse, Resource, SearchRequest
from scim2_models.path import CompareOperator, Comparison

from portal.sign_on.scim.shapes import MOST
from portal.told import row_key

MOST_COMPARED = 5000  # rows of a filter that the database does not know


def answer(
    model: Any, wanted: SearchRequest, rows: QuerySet, lookups: dict[str, str], show: Callable[[Model], Resource]
) -> ListResponse:
    """A page of `rows`. `lookups` says by which column a filter "<attribute> eq" is found, whatever the capitals."""
    start = (wanted.start_index or 1) - 1
    stop = start + min(MOST if wanted.count is None else wanted.count, MOST)
    quick = _quick(wanted.filter, lookups) if wanted.filter else {}
    if quick is not None:
        found = rows.filter(**quick)
        total, page = found.count(), [show(row) for row in found[start:stop]]
    else:
        if rows.count() > MOST_COMPARED:
            raise InvalidFilterException(detail="Ask by userName, displayName, externalId or id: there are too many to compare.")
        matching = [one for one in map(show, rows) if wanted.filter.match(one)]
        total, page = len(matching), matching[start:stop]
    return ListResponse[model](total_results=total, items_per_page=len(page), start_index=start + 1, resources=page)


def _quick(said: Any, lookups: dict[str, str]) -> dict[str, Any] | None:
    """None where the database cannot tell."""
    node = said.ast
    if not isinstance(node, Comparison) or node.op != CompareOperator.eq or node.attr_path.sub_attr:
        return None
    column = lookups.get(node.attr_path.attr.lower())
    if column is None:
        return None
    if column == "pk":
        key = row_key(node.value)
        return {"pk": -1 if key is None else key}
    return {column: node.value}
