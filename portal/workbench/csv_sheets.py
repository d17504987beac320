"""CSV as it comes: its encoding and delimiter found by looking, its rows read as a stream."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from portal.workbench.cells import Row, cell_of
from portal.workbench.errors import UnreadableSheet

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 20
LONGEST_LINE = 1_000_000  # characters
PIECE = 256 * 1024
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def too_many_columns(most: int) -> str:
    return _("The sheet has more than %(most)s columns. Keep the ones you want to import and upload it again.") % {"most": most}


def encoding_of(stream: BinaryIO, head: bytes) -> str:
    """By its mark, else whatever decodes the whole: UTF-8, UTF-16 by its zeros, Windows-1252. Raises UnreadableSheet."""
    candidates = next(([name] for mark, name in BOMS if head.startswith(mark)), None) or _without_mark(head)
    for name in candidates:
        if _decodes(stream, name):
            return name
    raise UnreadableSheet(_("The letters of this file cannot be read. Save the sheet as “CSV UTF-8” or as .xlsx and upload that."))


def delimiter_of(stream: BinaryIO, encoding: str) -> str:
    """The sign that parts the first rows most alike; a comma where there is but one column."""
    stream.seek(0)
    sample = io.TextIOWrapper(_Shield(stream), encoding, newline="").read(PIECE)
    told = _told_delimiter(sample)
    if told:
        return told
    found = []
    for delimiter in DELIMITERS:
        try:
            reader = csv.reader(io.StringIO(sample), delimiter=delimiter)
            rows = [row for row, _number in zip(reader, range(SAMPLE_ROWS), strict=False) if row]
        except csv.Error:
            continue
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows)
        found.append((width > 1, alike * min(width, 50), width, delimiter))
    best = max(found, key=lambda one: one[:3], default=None)
    return best[3] if best and best[0] else ","


def rows(stream: BinaryIO, encoding: str, delimiter: str, most_columns: int) -> Iterator[Row]:
    """All rows, blank ones too, so that their numbers are those of a spreadsheet. Raises UnreadableSheet."""
    lines = _lines(io.TextIOWrapper(_Shield(stream), encoding, newline=""), delimiter, most_columns)
    first = next(lines, "")
    if not _told_delimiter(first):
        lines = _after(first, lines)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), 1):
            if len(cells) > most_columns and any(cells[most_columns:]):
                raise UnreadableSheet(too_many_columns(most_columns))
            yield Row(number, [cell_of(cell) for cell in cells])
    except csv.Error:
        raise UnreadableSheet(
            _("The CSV cannot be read beyond row %(row)s. Check that every quotation mark there is closed.") % {"row": number + 1}
        ) from None


def _lines(text: io.TextIOWrapper, delimiter: str, most_columns: int) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
            if line.count(delimiter) > most_columns:
                raise UnreadableSheet(too_many_columns(most_columns))
            raise UnreadableSheet(
                _("Line %(line)s is longer than a million letters. Check the quotation marks there.") % {"line": number}
            )
        yield line


def _after(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _told_delimiter(text: str) -> str:
    """Excel's own first line, as in "sep=;"."""
    line = text.split("\n", 1)[0].strip().strip('"').lower()
    return line[4] if line.startswith("sep=") and len(line) == 5 and line[4] in DELIMITERS else ""


def _without_mark(head: bytes) -> list[str]:
    zeros = [head[start::2].count(0) for start in (0, 1)]
    if sum(zeros) > len(head) // 5:
        return ["utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"]
    return ["utf-8", "cp1252"]


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while piece := stream.read(PIECE):
            if encoding == "cp1252" and b"\x00" in piece:
                return False
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class _Shield(io.BufferedReader):
    """Lets a text wrapper read `stream` without closing it when the wrapper goes."""

    def __init__(self, stream: BinaryIO):
        super().__init__(_Raw(stream), PIECE)


class _Raw(io.RawIOBase):
    def __init__(self, stream: BinaryIO):
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
