"""Reads an inventory kept as an Excel workbook: the first visible sheet, a row of headings, then one asset a row."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from django.utils.translation import gettext as _

from assets.discovery.candidate import Candidate
from assets.discovery.readers import listing
from assets.errors import NotAnInventory, NothingListed, UnknownFormat
from portal.workbench import xlsx_sheets
from portal.workbench.cells import Broken, Formula, Row, is_empty
from portal.workbench.errors import UnreadableSheet

HELD_BYTES = 8 * 1024 * 1024  # a larger workbook lies on disk while it is read


def read(stream: BinaryIO, told: Mapping[str, str] = listing.NOTHING_TOLD) -> Iterator[Candidate]:
    """Candidates of a workbook; `told` as for listing.columns. Raises one of `assets.errors` naming the row that does not fit."""
    with tempfile.SpooledTemporaryFile(HELD_BYTES) as book:  # what is packed is read from its end
        shutil.copyfileobj(stream, book)
        if not zipfile.is_zipfile(book):
            raise UnknownFormat
        try:
            xlsx_sheets.look_into(book)
            yield from _candidates(xlsx_sheets.rows(book, xlsx_sheets.LAST_ROW), told)
        except UnreadableSheet as refusal:
            raise NotAnInventory(str(refusal)) from None


def _candidates(rows: Iterator[Row], told: Mapping[str, str]) -> Iterator[Candidate]:
    filled = (row for row in rows if not is_empty(row))
    header = next(filled, None)
    if header is None:
        raise NothingListed
    headings = _without_tail(header.cells)
    columns, found = listing.columns(headings, told), 0
    for row in filled:
        cells = _without_tail(row.cells)
        if len(cells) > len(columns):
            raise NotAnInventory(
                _("Row %(row)s has a cell beside the last heading. Give it a heading, or empty the cell.") % {"row": row.number}
            )
        known = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        if any(isinstance(cell, Formula | Broken) for cell in known.values()):
            raise NotAnInventory(
                _("Row %(row)s holds a formula or an error of the spreadsheet. Paste its value instead.") % {"row": row.number}
            )
        found += 1
        yield listing.candidate(known, row.number)
    if not found:
        raise NothingListed


def _without_tail(cells: list[str]) -> list[str]:
    """Without the empty cells at the end of a row: how many there are says nothing."""
    count = next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 0)
    return cells[:count]
