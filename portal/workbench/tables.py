"""What an address asks of a list: filters, columns, order and groups; and the rows that answer it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    CharField,
    Count,
    DateField,
    DateTimeField,
    DecimalField,
    F,
    Field,
    IntegerField,
    Model,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce
from django.http import QueryDict

from portal.web import listing
from portal.web.listing import Behind, Order, Page
from portal.workbench.listed import Column, Listed

SORT, GROUP = "sort_key", "group_key"
SAVED = "saved"  # the name in the address; "0" for the list itself, whatever is shown first
LONGEST_VALUE = 200
# Where nothing stands comes as if this stood there: words first, days last, numbers below all others.
EMPTY: tuple[tuple[type[Field], Any], ...] = (
    (DateTimeField, datetime(9999, 1, 1, tzinfo=UTC)),
    (DateField, date(9999, 12, 31)),
    (DecimalField, Decimal(-1)),
    (IntegerField, -1),
    (CharField, ""),
    (TextField, ""),
)


@dataclass(frozen=True)
class Asked:
    """What an address asks; what nobody can read is left out. `columns` is empty where it chooses none."""

    kind: Listed
    filters: Mapping[str, str]
    columns: tuple[Column, ...]
    sort: Column
    falls: bool
    group: Column | None
    marks: Mapping[str, str]
    saved: str = ""  # the named view it came from

    @property
    def shown(self) -> tuple[Column, ...]:
        return self.columns or tuple(column for column in self.kind.columns if column.stands)

    @property
    def params(self) -> dict[str, str]:
        """The same question again, in one spelling, without the page it stands at."""
        named: dict[str, str] = {**self.filters}
        if self.columns:
            named["columns"] = ",".join(column.name for column in self.columns)
        if self.sort_name != self.kind.sort:
            named["sort"] = self.sort_name
        if self.group:
            named["group"] = self.group.name
        return named

    @property
    def sort_name(self) -> str:
        return f"-{self.sort.name}" if self.falls else self.sort.name

    @property
    def query(self) -> str:
        return urlencode(self.params)

    @property
    def here(self) -> dict[str, str]:
        """The same, with the named view it came from."""
        return self.params | ({SAVED: self.saved} if self.saved else {})

    def address(self, **changes: Any) -> str:
        return listing.address(self.here, **changes)

    @property
    def address_with_marks(self) -> str:
        """The list at the page where one stood."""
        named = {**self.here, **self.marks}
        return f"{self.kind.url}?{urlencode(named)}" if named else self.kind.url


@dataclass(frozen=True)
class Group:
    """Rows of one page that share what they are grouped by; `count` is over all pages, None where nothing is grouped."""

    heading: Any
    count: int | None
    rows: tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    asked: Asked
    page: Page
    groups: tuple[Group, ...]


def asked(kind: Listed, params: QueryDict | Mapping[str, str]) -> Asked:
    """What `params`, as of an address, ask of the lists of `kind`."""
    several = params.getlist("columns") if isinstance(params, QueryDict) else [params.get("columns", "")]
    chosen = dict.fromkeys(name for part in several for name in part.split(",") if name in kind.by_name)
    wanted = params.get("sort", "") if _sortable(kind, params.get("sort", "").lstrip("-")) else kind.sort
    group = kind.by_name.get(params.get("group", ""))
    return Asked(
        kind=kind,
        filters=dict(_filters(kind, params)),
        columns=tuple(kind.by_name[name] for name in chosen),
        sort=kind.by_name[wanted.lstrip("-")],
        falls=wanted.startswith("-"),
        group=group if group is not None and group.groups else None,
        marks={name: params[name] for name in listing.MARKS if name in params},
        saved=told if (told := params.get(SAVED, "")).isdecimal() and len(told) < 19 else "",
    )


def rows(question: Asked, user: Any) -> QuerySet:
    """All rows that answer, in order."""
    found = _keyed(question, question.kind.find(user, question.filters))
    sign = "-" if question.falls else ""
    return found.order_by(*([GROUP] if question.group else []), f"{sign}{SORT}", f"{sign}pk")


def read(question: Asked, user: Any, *, size: int = listing.PAGE_SIZE) -> Table:
    """One page. Two queries, three where it is grouped, and those that count what is hidden."""
    bare = question.kind.find(user, question.filters)
    found = _keyed(question, bare)
    counts: Mapping[Any, int] | None = None
    if question.group:
        counted = found.order_by().values(GROUP).annotate(count=Count("pk"))
        counts = dict(counted.values_list(GROUP, "count"))
    page = listing.page_of(
        found,
        Order(question.sort_name, SORT, descending=question.falls),
        {**question.here, **question.marks},
        size=size,
        total=bare.order_by().count() if counts is None else sum(counts.values()),
        hidden_count=question.kind.hidden(user, question.filters),
        group=Order(question.group.name, GROUP) if question.group else None,
        narrow=True,
        behind=_behind(found.model, question.sort.sort),
    )
    return Table(question, page, _groups(question, page.rows, counts))


def key_of(model: type[Model], sort: Any) -> Any:
    """An expression that is never null for a path of fields; anything else is one already, or an annotation."""
    if not isinstance(sort, str):
        return sort
    field = _nullable(model, sort)
    if field is None:
        return F(sort)
    kind, least = _empty(field)
    output = DecimalField(max_digits=field.max_digits, decimal_places=field.decimal_places) if kind is DecimalField else kind()
    return Coalesce(F(sort), Value(least, output_field=output), output_field=output)


def _behind(model: type[Model], sort: Any) -> Behind | None:
    """The column behind an order, where it may hold nothing."""
    field = _nullable(model, sort) if isinstance(sort, str) else None
    return None if field is None else Behind(sort, _empty(field)[1])


def _nullable(model: type[Model], sort: str) -> Field | None:
    """The field at the end of a path that may hold nothing, or a step of which may lead nowhere."""
    steps, holder, nullable, field = sort.split("__"), model, False, None
    if sort in ("pk", "id") or not _has(model, steps[0]):
        return None
    for step in steps:
        field = holder._meta.get_field(step)
        nullable = nullable or field.null
        holder = field.related_model or holder
    return field if nullable else None


def _empty(field: Field) -> tuple[type[Field], Any]:
    return next((kind, least) for kind, least in EMPTY if isinstance(field, kind))


def _keyed(question: Asked, found: QuerySet) -> QuerySet:
    keys = {SORT: key_of(found.model, question.sort.sort)}
    if question.group:
        keys[GROUP] = key_of(found.model, question.group.sort)
    beside = dict.fromkeys(name for column in question.shown for name in column.beside)
    return found.annotate(**keys).prefetch_related(*beside)


def _filters(kind: Listed, params: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is said, but for what holds anyway."""
    for one in sorted(kind.filters, key=lambda one: one.name):
        value = str(params.get(one.name, "")).replace("\x00", "").strip()[:LONGEST_VALUE]
        if value and value != one.otherwise:
            yield one.name, value


def _groups(question: Asked, page: Sequence[Any], counts: Mapping[Any, int] | None) -> tuple[Group, ...]:
    if question.group is None or counts is None:
        return (Group(None, None, tuple(page)),)
    together: dict[Any, list[Any]] = {}
    for row in page:
        together.setdefault(getattr(row, GROUP), []).append(row)
    return tuple(Group(question.group.read(found[0]), counts.get(key, len(found)), tuple(found)) for key, found in together.items())


def _sortable(kind: Listed, name: str) -> bool:
    return name in kind.by_name and kind.by_name[name].sort != ""


def _has(model: type[Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())
