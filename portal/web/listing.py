"""Lists on pages: one keyset page at a time, its neighbours' addresses, and what a query string says and leaves out."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 50
SORTED = 1_000  # rows of a list that are sorted without a thought
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
class Behind:
    """What lies behind the field of an order: a `column` that may hold nothing, and `empty`, what the field says then. Where that
    comes last, the first pages are read along an index of the column, and nothing is sorted."""

    column: str
    empty: Any

    def comes_last(self, *, falls: bool) -> bool:
        return isinstance(self.empty, int | Decimal | str) if falls else isinstance(self.empty, date)

    def is_before(self, value: Any, *, falls: bool) -> bool:
        """Whether a row of this `value` stands before every row whose column holds nothing."""
        return value > self.empty if falls else value < self.empty


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
    queryset: QuerySet,
    order: Order,
    params: QueryDict | Mapping[str, str],
    *,
    size: int = PAGE_SIZE,
    total: int | None = None,
    hidden_count: int = 0,
    group: Order | None = None,
    narrow: bool = False,
    behind: Behind | None = None,
) -> Page:
    """The rows of `queryset` before or after the row the address marks, by (field, id): one query, however deep. Where they are
    grouped, by (group, field, id). `narrow`: the ids are found first, so that wide rows and what is joined to them are read for
    one page alone. `behind`: of more than SORTED rows those come first that need no sorting; one query more where they do not
    fill the page.

    A mark nobody can read is no mark. Rows that come or go elsewhere never shift a page.
    """
    keys = [*([group] if group else []), order]
    backwards = BEFORE in params
    mark = _read(params.get(BEFORE if backwards else AFTER, ""), [_column(queryset, key.field) for key in keys])
    falling = [key.descending != backwards for key in keys]
    signs = ["-" if falls else "" for falls in falling]
    rows = queryset.order_by(*(f"{sign}{key.field}" for sign, key in zip(signs, keys, strict=True)), f"{signs[-1]}pk")
    if mark is not None:
        rows = rows.filter(_beyond(keys, falling, mark))
    found: list[Any] = []
    if behind and group is None and not backwards and (total or 0) > SORTED and behind.comes_last(falls=falling[0]):
        found = _along(queryset, behind, order, mark, size)
    if not found:
        found = list((_narrowed(queryset, rows, size) if narrow else rows)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    earlier = more if backwards else mark is not None
    later = mark is not None if backwards else more
    return Page(
        rows=found,
        total=total,
        previous_url=address(params, **{BEFORE: _write(found[0], keys)}) if found and earlier else "",
        next_url=address(params, **{AFTER: _write(found[-1], keys)}) if found and later else "",
        hidden_count=hidden_count,
    )


def _along(queryset: QuerySet, behind: Behind, order: Order, mark: Sequence[Any] | None, size: int) -> list[Any]:
    """The page by an index of the column behind its order; nothing where rows may stand on it whose column holds nothing."""
    falls, sign = order.descending, "-" if order.descending else ""
    rows = queryset.filter(**{f"{behind.column}__isnull": False}).order_by(f"{sign}{behind.column}", f"{sign}pk")
    if mark is not None:
        rows = rows.filter(_beyond([Order(order.name, behind.column)], [falls], mark))
    ids = rows.values("pk")[: size + 1]
    found = list(queryset.filter(pk__in=ids).order_by(f"{sign}{order.field}", f"{sign}pk"))
    is_whole = len(found) > size and behind.is_before(getattr(found[-1], order.field), falls=falls)
    return found if is_whole else []


def _narrowed(queryset: QuerySet, rows: QuerySet, size: int) -> QuerySet:
    return queryset.filter(pk__in=rows.values("pk")[: size + 1]).order_by(*rows.query.order_by)


def _beyond(keys: Sequence[Order], falling: Sequence[bool], mark: Sequence[Any]) -> Q:
    """The rows on the far side of the mark: (values of `keys`, pk)."""
    *values, pk = mark
    condition = Q(**{f"pk__{'lt' if falling[-1] else 'gt'}": pk})
    for key, falls, value in reversed(list(zip(keys, falling, values, strict=True))):
        condition = Q(**{f"{key.field}__{'lt' if falls else 'gt'}": value}) | Q(Q(**{key.field: value}), condition)
    return condition


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


def _write(row: Any, keys: Sequence[Order]) -> str:
    values = [getattr(row, key.field) for key in keys]
    plain = [value if isinstance(value, int | str) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps([*plain, row.pk]).encode()).decode().rstrip("=")


def _read(text: str, columns: Sequence[Field]) -> list[Any] | None:
    try:
        *values, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if len(values) != len(columns) or not isinstance(pk, int) or abs(pk) >= 2**63:
            return None
        return [*(column.to_python(value) for column, value in zip(columns, values, strict=True)), pk]
    except (ValueError, TypeError, binascii.Error, ValidationError):
        return None
