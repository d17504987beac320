"""A sheet as rows of text, whatever it was written with: sniffed by its content, read as a stream."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from portal.workbench import csv_sheets, xlsx_sheets
from portal.workbench.cells import Row, is_empty
from portal.workbench.errors import UnreadableSheet

MOST_COLUMNS = 300
MOST_ROWS = 200_000
HEAD_BYTES = 8192
# What people upload by mistake: first bytes → what it is.
STRANGERS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, or one with a password"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a packed file"),
    (b"Rar!", "a packed file"),
    (b"7z\xbc\xaf", "a packed file"),
)


@dataclass(frozen=True)
class Layout:
    """How the bytes are to be read; found once, kept with the import."""

    format: str  # "CSV" or "XLSX"
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheet_count: int = 1
    header_row: int = 1
    header: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def sniff(stream: BinaryIO, size: int) -> tuple[Layout, list[Row]]:
    """How `stream` is to be read, and its first rows. Raises UnreadableSheet, all sentences at once."""
    if size == 0:
        raise UnreadableSheet(_("The file is empty. Export the sheet again and upload that."))
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    if head.startswith(b"PK\x03\x04"):
        layout = Layout("XLSX", **xlsx_sheets.look_into(stream))
    else:
        _refuse_strangers(head)
        encoding = csv_sheets.encoding_of(stream, head)
        layout = Layout("CSV", encoding=encoding, delimiter=csv_sheets.delimiter_of(stream, encoding))
    rows = _rows(stream, layout)
    top = next((row for row in rows if not is_empty(row)), None)
    if top is None:
        raise UnreadableSheet(_("The sheet has no rows. Its first row names the columns."))
    header = _header(top)
    first = [row for row, _number in zip((row for row in rows if not is_empty(row)), range(200), strict=False)]
    if not first:
        raise UnreadableSheet(_("The sheet has a row of names and nothing below. Upload the sheet with its rows."))
    return Layout(**asdict(layout) | {"header_row": top.number, "header": header}), first


def read(stream: BinaryIO, layout: Layout) -> Iterator[Row]:
    """The rows below the header, empty ones left out. Raises UnreadableSheet where reading has to stop."""
    for count, row in enumerate(row for row in _rows(stream, layout) if row.number > layout.header_row and not is_empty(row)):
        if count >= MOST_ROWS:
            raise UnreadableSheet(
                _("The sheet has more than %(most)s rows. Split it and import one part after the other.")
                % {"most": f"{MOST_ROWS:,}"}
            )
        yield row


def letter(index: int) -> str:
    """How a spreadsheet calls its column: 0 → A, 26 → AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def _rows(stream: BinaryIO, layout: Layout) -> Iterator[Row]:
    stream.seek(0)
    if layout.format == "XLSX":
        return xlsx_sheets.rows(stream, MOST_ROWS * 2)
    return csv_sheets.rows(stream, layout.encoding, layout.delimiter, MOST_COLUMNS)


def _header(top: Row) -> list[str]:
    """The names of the columns; a column without one goes by its letter. Raises UnreadableSheet naming every double."""
    cells = [" ".join(cell.split()) for cell in top.cells]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise UnreadableSheet(csv_sheets.too_many_columns(MOST_COLUMNS))
    header = [name[:120] or _("Column %(letter)s") % {"letter": letter(index)} for index, name in enumerate(cells)]
    places: dict[str, list[int]] = {}
    for index, name in enumerate(header):
        places.setdefault(name.casefold(), []).append(index)
    doubles = [
        _("Columns %(letters)s are all called “%(name)s”. Give each a name of its own, such as “%(name)s 2”.")
        % {"letters": ", ".join(letter(index) for index in found), "name": header[found[0]]}
        for found in places.values()
        if len(found) > 1
    ]
    if doubles:
        raise UnreadableSheet(*chain(doubles))
    return header


def _refuse_strangers(head: bytes) -> None:
    for magic, what in STRANGERS:
        if head.startswith(magic):
            raise UnreadableSheet(
                _("This file is %(what)s. Save the sheet as .xlsx or as CSV and upload that.") % {"what": _(what)}
            )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{"):
        raise UnreadableSheet(_("This file is a web page or data for programs. Save the sheet as .xlsx or as CSV and upload that."))
