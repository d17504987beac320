"""Many rows at once: COPY straight from plain values, no model instances."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Field, Model

NULL = "\\N"
_JSON = json.JSONEncoder(ensure_ascii=False)


def copy_in(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> int:
    """Append `rows` (column → value) to the model's table; what a row leaves out takes the field's default. Returns how many.

    Triggers and constraints hold as for any INSERT; the values themselves are not validated.
    """
    columns = {field.attname: field for field in model._meta.concrete_fields if not field.generated and not _drawn(field)}
    lines, count = io.StringIO(), 0
    writer = csv.writer(lines, lineterminator="\r\n")  # whatever stands in it, it quotes
    drawn = model._meta.pk if _drawn(model._meta.pk) else None
    for row in rows:
        if count == 0 and drawn is not None and drawn.attname in row:
            columns = {drawn.attname: drawn} | columns
        writer.writerow(_plain(row[name] if name in row else field.get_default()) for name, field in columns.items())
        count += 1
    if count:
        lines.seek(0)
        names = ", ".join(f'"{field.column}"' for field in columns.values())
        statement = f"COPY \"{model._meta.db_table}\" ({names}) FROM STDIN (FORMAT csv, NULL '{NULL}')"
        with connection.cursor() as cursor, connection.wrap_database_errors:  # Django wraps only what it calls itself
            cursor.copy_expert(statement, lines)
    return count


def draw_ids(model: type[Model], count: int) -> list[int]:
    """`count` fresh primary keys of `model`, for rows that name each other before they are written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval((SELECT pg_get_serial_sequence(%s, %s)::regclass)) FROM generate_series(1, %s)",  # looked up once
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _drawn(field: Field) -> bool:
    """Whether the database numbers this column itself."""
    return field.get_internal_type() in ("AutoField", "BigAutoField")


def _plain(value: Any) -> Any:
    if value is None:
        return NULL
    if isinstance(value, dict | list):
        return _JSON.encode(value)
    return value
