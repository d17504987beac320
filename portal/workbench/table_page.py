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
    edit_url: str  # "" where it is not changed in its place


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


def of(table: Table, user: Any, *, may_edit: bool = False) -> TablePage:
    """One query for each filter that offers places or people."""
    asked = table.asked
    fields = tuple(_field(one, asked, user) for one in asked.kind.filters if one.asked)
    offered = {field.filter.name for field in fields}
    others = tuple(one for one in asked.kind.filters if one.name not in offered and one.name in asked.filters)
    chosen = set(asked.shown)
    return TablePage(
        table=table,
        heads=tuple(_head(column, asked) for column in asked.shown),
        sections=tuple(_section(group, asked, may_edit) for group in table.groups),
        fields=fields,
        chips=tuple(_chip(one, asked, user) for one in others),
        kept=tuple((name, value) for name, value in asked.here.items() if name not in offered),
        columns=tuple((column, column in chosen) for column in asked.kind.columns),
        sorts=tuple(_sorts(asked)),
        files=files(asked.kind, asked.params),
    )


def said(asked: Asked, user: Any) -> list[tuple[str, str]]:
    """The question in words: (what, which)."""
    chips = (_chip(one, asked, user) for one in asked.kind.filters if one.name in asked.filters)
    found = [(chip.label, chip.word) for chip in chips]
    if asked.columns:
        found.append((_("Columns"), ", ".join(str(column.label) for column in asked.columns)))
    if asked.sort_name != asked.kind.sort:
        found += [(_("Order"), word) for name, word in _sorts(asked) if name == asked.sort_name]
    return found + ([(_("Groups"), str(asked.group.label))] if asked.group else [])


def files(kind: Listed, params: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The words and addresses of the files that hold what `params` ask for."""
    return tuple((word, f"{kind.url}export/?{urlencode({**params, 'as': form})}") for form, word in FILES)


def _head(column: Column, asked: Asked) -> Head:
    if column.sort == "":
        return Head(column, "", "")
    current = column is asked.sort
    name = column.name if not current or asked.falls else f"-{column.name}"
    return Head(column, asked.address(sort=name), ("descending" if asked.falls else "ascending") if current else "")


def cell_url(kind: Listed, row: Any, name: str) -> str:
    """Where one cell is changed."""
    return f"{kind.url}cell/?row={row.pk}&field={name}"


def cell_of(row: Any, column: Column, kind: Listed, *, may_edit: bool) -> Cell:
    edits = may_edit and any(one.name == column.name for one in kind.editable)
    url = cell_url(kind, row, column.name) if edits else ""
    value = column.read(row)
    text = column.say(value) if column.say and value is not None else spelling.on_page(value)
    return Cell(column, text, column.name == kind.heading, url)


def lines(rows: Sequence[Any], asked: Asked) -> list[Line]:
    """Rows as the table shows them, without anything to change."""
    return [_line(row, asked, may_edit=False) for row in rows]


def _section(group: tables.Group, asked: Asked, may_edit: bool) -> Section:
    heading = "" if group.count is None else spelling.on_page(group.heading) or _("Nothing said")
    return Section(heading, group.count, tuple(_line(row, asked, may_edit) for row in group.rows))


def _line(row: Any, asked: Asked, may_edit: bool) -> Line:
    subject = asked.kind.subject
    cells = tuple(cell_of(row, column, asked.kind, may_edit=may_edit) for column in asked.shown)
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
