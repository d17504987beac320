"""The table of a kind as its page shows it: heads that sort, cells in words, filters, columns to choose, files to take out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from portal.workbench import spelling, tables
from portal.workbench.listed import Column, Filter, Listed
from portal.workbench.tables import Asked, Table

FILES = (("csv", "CSV"), ("xlsx", "Excel"), ("json", "JSON"))


@dataclass(frozen=True, slots=True)
class Head:
    column: Column
    url: str  # "" where it does not sort
    direction: str


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    text: str
    is_heading: bool


@dataclass(frozen=True, slots=True)
class Line:
    row: Any
    url: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that share a value; `heading` is "" where nothing is grouped."""

    heading: str
    count: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Asks:
    """One filter of the form, with what it says now."""

    filter: Filter
    value: str
    options: Sequence[tuple[str, str]] | None


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    word: str
    url: str


@dataclass(frozen=True)
class TablePage:
    table: Table
    heads: tuple[Head, ...]
    sections: tuple[Section, ...]
    fields: tuple[Asks, ...]
    chips: tuple[Chip, ...]
    kept: tuple[tuple[str, str], ...]  # of the address, beside the filters of the form
    columns: tuple[tuple[Column, bool], ...]
    sorts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]  # (word, address)


def of(table: Table, user: Any) -> TablePage:
    """One query for each filter that offers places or people."""
    asked = table.asked
    fields = tuple(_field(one, asked, user) for one in asked.kind.filters if one.asked)
    offered = {field.filter.name for field in fields}
    others = tuple(one for one in asked.kind.filters if one.name not in offered and one.name in asked.filters)
    chosen = set(asked.shown)
    return TablePage(
        table=table,
        heads=tuple(_head(column, asked) for column in asked.shown),
        sections=tuple(_section(group, asked) for group in table.groups),
        fields=fields,
        chips=tuple(_chip(one, asked, user) for one in others),
        kept=tuple((name, value) for name, value in asked.here.items() if name not in offered),
        columns=tuple((column, column in chosen) for column in asked.kind.columns),
        sorts=tuple(_sorts(asked)),
        files=files(asked.kind, asked.params),
    )


def files(kind: Listed, params: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The words and addresses of the files that hold what `params` ask for."""
    return tuple((word, f"{kind.url}export/?{urlencode({**params, 'as': form})}") for form, word in FILES)


def _head(column: Column, asked: Asked) -> Head:
    if column.sort == "":
        return Head(column, "", "")
    current = column is asked.sort
    name = column.name if not current or asked.falls else f"-{column.name}"
    return Head(column, asked.address(sort=name), ("descending" if asked.falls else "ascending") if current else "")


def _section(group: tables.Group, asked: Asked) -> Section:
    heading = "" if group.count is None else spelling.on_page(group.heading) or _("Nothing said")
    return Section(heading, group.count, tuple(_line(row, asked) for row in group.rows))


def _line(row: Any, asked: Asked) -> Line:
    subject = asked.kind.subject
    cells = tuple(Cell(column, spelling.on_page(column.read(row)), column.name == asked.kind.heading) for column in asked.shown)
    return Line(row, subject.url(row), subject.label(row), cells)


def _field(one: Filter, asked: Asked, user: Any) -> Asks:
    value = asked.filters.get(one.name, one.otherwise)
    if one.options is None:
        return Asks(one, value, None)
    options = [(str(key), str(word)) for key, word in one.options(user)]
    if not one.otherwise and (not options or options[0][0] != ""):
        options.insert(0, ("", _("any")))
    if value and value not in {key for key, _word in options}:
        options.append((value, value))
    return Asks(one, value, options)


def _chip(one: Filter, asked: Asked, user: Any) -> Chip:
    value = asked.filters[one.name]
    words = {str(key): str(word) for key, word in one.options(user)} if one.options else {}
    return Chip(str(one.label), words.get(value, value), asked.address(**{one.name: None}))


def _sorts(asked: Asked) -> list[tuple[str, str]]:
    """Each column up and down."""
    found = []
    for column in asked.kind.columns:
        if column.sort != "":
            found.append((column.name, str(column.label)))
            found.append((f"-{column.name}", _("%(column)s, falling") % {"column": column.label}))
    return found
