"""What a list shows as a file: CSV, Excel or JSON, row by row as it is read, and a word in the record of who took it out."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.record import audit
from portal.workbench import offered, spelling, tables, writing_xlsx
from portal.workbench.cells import guarded, plain_text
from portal.workbench.listed import Column
from portal.workbench.tables import Asked

EXPORTED = "list.exported"
BOM = "\ufeff"  # Excel takes a file for UTF-8 only by it
READ_EACH = 2_000  # rows
SENT_EACH = 500  # rows of a text file


@dataclass(frozen=True)
class Export:
    """A file on its way. `parts` can be read once."""

    name: str
    content_type: str
    count: int
    parts: Iterator[bytes]


def start(question: Asked, form: str, *, actor: Any) -> Export:
    """The rows that `actor` may open, as a file of `form`. Every column where the address chooses none. Raises Invalid."""
    if form not in FORMS:
        sentence = _("Choose csv, xlsx or json.")
        raise Invalid(sentence, {"as": [sentence]})
    content_type, write = FORMS[form]
    columns = question.columns or tuple(question.kind.columns)
    found = tables.rows(replace(question, columns=columns), actor)
    count = found.count()
    told = {"kind": question.kind.kind, "form": form, "rows": count, "columns": [column.name for column in columns]}
    audit.record(actor, EXPORTED, actor, told, text=question.query)
    return Export(
        name=f"{question.kind.subject.resource}-{organisations.today().isoformat()}.{form}",
        content_type=content_type,
        count=count,
        parts=in_language(write(question, columns, found.iterator(chunk_size=READ_EACH))),
    )


def as_csv(question: Asked, columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    """Text that a spreadsheet would compute is kept from it by an apostrophe; numbers stay numbers."""
    writer, places = csv.writer(_Echo()), offered.spelled_apart()
    yield (BOM + writer.writerow([guarded(str(column.label)) for column in columns])).encode()
    yield from _sent(writer.writerow([_csv_cell(column.read(row), places) for column in columns]) for row in rows)


def as_xlsx(question: Asked, columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    places = offered.spelled_apart()
    cells = ([spelling.in_sheet(column.read(row), places) for column in columns] for row in rows)
    yield from writing_xlsx.workbook(str(question.kind.subject.plural), [str(column.label) for column in columns], cells)


def as_json(question: Asked, columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[bytes]:
    head = {
        "kind": question.kind.kind,
        "exported_at": spelling.for_programs(clock.now()),
        "filter": question.filters,
        "columns": [{"name": column.name, "label": str(column.label)} for column in columns],
    }
    yield (json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [').encode()
    told = (json.dumps({"id": row.pk} | _json_row(row, columns), ensure_ascii=False) for row in rows)
    yield from _sent(f"{',' if place else ''}\n{line}" for place, line in enumerate(told))
    yield b"\n]}\n"


Writer = Callable[[Asked, Sequence[Column], Iterable[Any]], Iterator[bytes]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS: dict[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (XLSX, as_xlsx),
    "json": ("application/json", as_json),
}


def _csv_cell(value: Any, places: Mapping[str, Mapping[int, str]]) -> Any:
    cell = spelling.in_sheet(value, places)
    return guarded(plain_text(cell)) if isinstance(cell, str) else "" if cell is None else cell


def _json_row(row: Any, columns: Sequence[Column]) -> dict[str, Any]:
    return {column.name: spelling.for_programs(column.read(row)) for column in columns}


def _sent(lines: Iterable[str]) -> Iterator[bytes]:
    """Many lines at once: a part for each line costs more than the line."""
    waiting: list[str] = []
    for line in lines:
        waiting.append(line)
        if len(waiting) >= SENT_EACH:
            yield "".join(waiting).encode()
            waiting.clear()
    if waiting:
        yield "".join(waiting).encode()


def in_language(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The reader's language still, once the request is answered and its file is on the way."""
    language = translation.get_language()
    while True:
        with translation.override(language):
            part = next(parts, None)
        if part is None:
            return
        if part:
            yield part


class _Echo:
    """Gives the line back instead of writing it."""

    def write(self, line: str) -> str:
        return line
