"""Lists on pages: one keyset page at a time, its neighbours' addresses, and what a query string says and leaves out."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 50
AFTER, BEFORE = "after", "before"
MARKS = (AFTER, BEFORE)


@dataclass(frozen=True, slots=True)
class Order:
    """One way to sort a list: its name in the address, and the column or annotation, which is never null."""

    name: str
    field: str
    descending: bool = False

    @property
    def direction(self) -> str:
        """The value of aria-sort."""
        return "descending" if self.descending else "ascending"


@dataclass(frozen=True, slots=True)
class Page:
    """What `components/_pager.html` shows; `total` and `hidden_count` are told by the caller."""

    rows: Sequence[Any]
    total: int | None
    previous_url: str
    next_url: str
    hidden_count: int = 0

    @property
    def shown(self) -> int:
        return len(self.rows)


def order_from(params: QueryDict, orders: Mapping[str, Order], fallback: str) -> Order:
    """The order that `sort` names in the address, or the one of the list itself."""
    return orders.get(params.get("sort", ""), orders[fallback])


def page_of(
    queryset: QuerySet, order: Order, params: QueryDict, *, size: int = PAGE_SIZE, total: int | None = None, hidden_count: int = 0
) -> Page:
    """The rows of `queryset` before or after the row the address marks, by (field, id): one query, however deep.

    A mark nobody can read is no mark. Rows that come or go elsewhere never shift a page.
    """
    backwards = BEFORE in params
    mark = _read(params.get(BEFORE if backwards else AFTER, ""), _column(queryset, order.field))
    falling = order.descending != backwards
    sign, beyond = ("-", "lt") if falling else ("", "gt")
    rows = queryset.order_by(f"{sign}{order.field}", f"{sign}pk")
    if mark is not None:
        value, pk = mark
        rows = rows.filter(Q(**{f"{order.field}__{beyond}": value}) | Q(**{order.field: value, f"pk__{beyond}": pk}))
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    earlier = more if backwards else mark is not None
    later = mark is not None if backwards else more
    return Page(
        rows=found,
        total=total,
        previous_url=address(params, **{BEFORE: _write(found[0], order)}) if found and earlier else "",
        next_url=address(params, **{AFTER: _write(found[-1], order)}) if found and later else "",
        hidden_count=hidden_count,
    )


def address(params: QueryDict | Mapping[str, str], **changes: Any) -> str:
    """The address of the same list with `changes`; None takes a filter away, and a changed list begins at its start."""
    kept = QueryDict(mutable=True)
    for name, value in params.items():
        if name not in MARKS and value != "":
            kept[name] = value
    for name, value in changes.items():
        if value is None or value == "":
            kept.pop(name, None)
        else:
            kept[name] = str(value)
    return f"?{kept.urlencode()}"


def _column(queryset: QuerySet, name: str) -> Field:
    annotation = queryset.query.annotations.get(name)
    return annotation.output_field if annotation is not None else queryset.model._meta.get_field(name)


def _write(row: Any, order: Order) -> str:
    value = getattr(row, order.field)
    plain = value if isinstance(value, int | str) else str(value)
    return base64.urlsafe_b64encode(json.dumps([plain, row.pk]).encode()).decode().rstrip("=")


def _read(text: str, column: Field) -> tuple[Any, int] | None:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return (column.to_python(value), pk) if isinstance(pk, int) and abs(pk) < 2**63 else None
    except (ValueError, TypeError, binascii.Error, ValidationError):
        return None
