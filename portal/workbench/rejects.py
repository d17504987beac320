"""The rows that do not fit as a CSV file: as they came, with what is wrong, read back by the next upload."""

import csv
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from portal.record import files
from portal.workbench import sheets
from portal.workbench.cells import guarded
from portal.workbench.errors import FileGone
from portal.workbench.models import ImportProblem, SheetImport

BOM = "\ufeff"  # Excel takes a file for UTF-8 only by it


def file_name(one: SheetImport) -> str:
    return f"import-{one.pk}-rows-that-do-not-fit.csv"


def lines(one: SheetImport) -> Iterator[bytes]:
    """The file, line by line. Raises FileGone before the first one."""
    if one.file is None:
        raise FileGone
    return _lines(one)


def _lines(one: SheetImport) -> Iterator[bytes]:
    layout = sheets.Layout(**one.layout)
    writer = csv.writer(_Echo())
    yield (BOM + writer.writerow([guarded(name) for name in [*layout.header, _("What does not fit")]])).encode()
    problems = ImportProblem.objects.filter(sheet_import=one).order_by("number", "pk").iterator(chunk_size=2000)
    wanted = groupby(problems, key=lambda problem: problem.number)
    number, found = next(wanted, (None, ()))
    with files.open_stream(one.file) as stream:
        for row in sheets.read(stream, layout):
            if number is None:
                return
            if row.number == number:
                cells = (row.cells + [""] * len(layout.header))[: len(layout.header)]
                yield writer.writerow([guarded(str(cell)) for cell in [*cells, _told(found)]]).encode()
                number, found = next(wanted, (None, ()))


def _told(problems: Any) -> str:
    return " ".join(f"{problem.column}: {problem.sentence}" if problem.column else problem.sentence for problem in problems)


class _Echo:
    """Gives the line back instead of writing it."""

    def write(self, line: str) -> str:
        return line
