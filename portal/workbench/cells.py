"""What stands in a sheet: rows of text, with marks on cells that are no text. (calculation)"""

import re
from dataclasses import dataclass

UNHELD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # letters that no sheet holds


class Formula(str):
    """A cell that holds a formula instead of a value."""

    __slots__ = ()


class Broken(str):
    """A cell that holds an error of the spreadsheet (#REF!) or bytes that are no text."""

    __slots__ = ()


class Number(str):
    """A cell that a workbook holds as a number: its point is no sign between thousands."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `number` as the spreadsheet counts it, from 1."""

    number: int
    cells: list[str]


def is_empty(row: Row) -> bool:
    return not any(cell.strip() for cell in row.cells)


def cell_of(text: str) -> str:
    """A cell of a CSV file: formulas marked, an apostrophe that keeps a spreadsheet from computing taken away."""
    text = text.strip()
    if text[:1] == "'" and _is_computed(text[1:]):
        return text[1:]
    if text[:1] == "=" and len(text) > 1:
        return Formula(text)
    if any(ord(letter) < 32 and letter not in "\t\r\n" for letter in text):
        return Broken(text)
    return text


def plain_text(text: str) -> str:
    """A text as a sheet can hold it: one sign for a new line, no control letters, nothing blank around it."""
    return UNHELD.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def guarded(text: str) -> str:
    """A cell written to a CSV file so that no spreadsheet computes it; `cell_of` reads it back unchanged."""
    return f"'{text}" if _is_computed(text) else text


def _is_computed(text: str) -> bool:
    """Whether a spreadsheet may take it for a formula; what begins with an apostrophe too, so that one's own comes back."""
    return text[:1] in ("\t", "\r", "\n", "'") or text.lstrip()[:1] in ("=", "+", "-", "@")
