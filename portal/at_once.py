"""Several questions in one: a page that shows a little of many things asks the database once for all of them."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateField, IntegerField, QuerySet, Value


def counts(rows: Mapping[str, QuerySet]) -> dict[str, int]:
    """How many rows each of them has, in one query, whatever their models; each counts over the index that is its own."""
    parts: list[str] = []
    parameters: list[Any] = []
    for queryset in rows.values():
        try:
            statement, given = queryset.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({statement}) AS counted)")  # noqa: S608 (put together by Django)
        parameters += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        return dict(zip(rows, cursor.fetchone(), strict=True))


def values(rows: Mapping[str, QuerySet]) -> dict[str, list[dict[str, Any]]]:
    """What `.values(…)` of each of them says, in one query, whatever their models. Moments and days come as such, other values
    as JSON writes them."""
    parts: list[str] = []
    parameters: list[Any] = []
    for queryset in rows.values():
        statement, given = queryset.query.sql_with_params()
        parts.append(f"(SELECT json_agg(row_to_json(told)) FROM ({statement}) AS told)")  # noqa: S608 (put together by Django)
        parameters += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", parameters)
        found = dict(zip(rows, cursor.fetchone(), strict=True))
    return {name: [_read(rows[name], told) for told in found[name] or ()] for name in rows}


def _read(queryset: QuerySet, told: dict[str, Any]) -> dict[str, Any]:
    """One row under the names that were asked for; the database knows the columns."""
    known = {one.name: one for one in queryset.model._meta.concrete_fields}
    named = dict(zip(queryset.query.values_select + tuple(queryset.query.annotation_select), told.values(), strict=True))
    return {
        name: known[name].to_python(value) if isinstance(known.get(name), DateField) and value else value
        for name, value in named.items()
    }


def lists(rows: Mapping[str, QuerySet]) -> dict[str, list[Any]]:
    """The rows of each of them, which share a model and what they select along, in one query. In no order: the caller sorts."""
    first, *others = (queryset.annotate(list_of_many=Value(n, IntegerField())) for n, queryset in enumerate(rows.values()))
    found: dict[str, list[Any]] = {name: [] for name in rows}
    names = list(rows)
    for row in first.union(*others, all=True) if others else first:
        found[names[row.list_of_many]].append(row)
    return found
