"""Several questions in one: a page that shows a little of many things asks the database once for all of them."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import IntegerField, QuerySet, Value


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


def lists(rows: Mapping[str, QuerySet]) -> dict[str, list[Any]]:
    """The rows of each of them, which share a model and what they select along, in one query. In no order: the caller sorts."""
    first, *others = (queryset.annotate(list_of_many=Value(n, IntegerField())) for n, queryset in enumerate(rows.values()))
    found: dict[str, list[Any]] = {name: [] for name in rows}
    names = list(rows)
    for row in first.union(*others, all=True) if others else first:
        found[names[row.list_of_many]].append(row)
    return found
