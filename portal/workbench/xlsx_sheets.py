"""Excel workbooks: looked into before anything is unpacked, then read row by row."""

import math
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from portal.workbench.cells import Broken, Formula, Number, Row
from portal.workbench.errors import UnreadableSheet

MOST_PARTS = 2_000
MOST_UNPACKED = 400 * 1024 * 1024  # bytes of the whole workbook
MOST_WORDS = 64 * 1024 * 1024  # bytes of the table of texts, which is held in memory
LAST_ROW = 1_048_576  # of Excel itself


def look_into(stream: BinaryIO) -> dict[str, Any]:
    """{"sheet", "sheet_count"} of a harmless workbook. Raises UnreadableSheet."""
    _check_parts(stream)
    with _opened(stream) as book:
        return {"sheet": _first(book).title[:60], "sheet_count": len(book.worksheets)}


def rows(stream: BinaryIO, most_rows: int) -> Iterator[Row]:
    """The rows of the first visible sheet. Raises UnreadableSheet where the file breaks off."""
    with _opened(stream) as book:
        sheet = _first(book)
        sheet.reset_dimensions()  # what a file says about its own size is not to be trusted
        found = sheet.iter_rows(max_row=min(LAST_ROW, most_rows))
        number = 0
        while True:
            with _understood():
                cells = next(found, None)
            if cells is None:
                return
            number += 1
            yield Row(number, [_text(cell) for cell in cells])


def _check_parts(stream: BinaryIO) -> None:
    stream.seek(0)
    with _understood(), zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
    names = [part.filename for part in parts]
    if "xl/workbook.xml" not in names:
        raise UnreadableSheet(_("This packed file is no Excel workbook. Save the sheet as .xlsx or as CSV and upload that."))
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise UnreadableSheet(
            _("The workbook takes values from other workbooks. Break the links (Data, Edit Links), save it and upload it again.")
        )
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnreadableSheet(_("The workbook holds macros. Save it as .xlsx without macros and upload that."))
    words = sum(part.file_size for part in parts if part.filename == "xl/sharedStrings.xml")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED or words > MOST_WORDS:
        raise UnreadableSheet(_("The workbook unpacks to more than can be read. Save the one sheet as CSV and upload that."))


@contextmanager
def _opened(stream: BinaryIO) -> Iterator[Any]:
    stream.seek(0)
    with _understood():
        book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    with closing(book):
        yield book


def _first(book: Any) -> Any:
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise UnreadableSheet(_("The workbook has no sheet to read. Keep the register on a visible sheet."))
    return visible[0]


@contextmanager
def _understood() -> Iterator[None]:
    """Whatever a broken or hostile workbook raises is one sentence."""
    try:
        yield
    except UnreadableSheet:
        raise
    except (MemoryError, GeneratorExit):
        raise
    except Exception as error:  # openpyxl has no error of its own: zip, XML, keys, values
        raise UnreadableSheet(
            _("The workbook is damaged or holds parts that are not allowed. Save it anew as .xlsx, or as CSV.")
        ) from error


def _text(cell: Any) -> str:
    """A cell as somebody would have typed it into a CSV file."""
    with _understood():
        value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Formula(value)
    if cell.data_type == "e":
        return Broken(value)
    return plain(value)


def _whole(value: float) -> str:
    return str(int(value)) if math.isfinite(value) else repr(value)


def plain(value: Any) -> str:
    """Days as 2026-04-03, whole numbers without a point, yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return Number(f"{Decimal(repr(value)):f}" if math.isfinite(value) and not float(value).is_integer() else _whole(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date | time | timedelta):
        return str(value)
    text = str(value).strip()
    return Broken(text) if any(ord(letter) < 32 and letter not in "\t\r\n" for letter in text) else text
