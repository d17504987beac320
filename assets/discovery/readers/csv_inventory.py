"""Reads an inventory kept as CSV, as a stream: a header, then one asset a row; UTF-8, or UTF-16 with its mark."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from django.utils.translation import gettext as _

from assets.discovery.candidate import Candidate
from assets.discovery.readers import listing
from assets.errors import EmptyDiscovery, NotAnInventory, NothingListed

SEPARATORS = ",;\t|"
LONGEST_HEADING_LINE = 64_000
LONGEST_LINE = 1_000_000


def read(stream: BinaryIO, told: Mapping[str, str] = listing.NOTHING_TOLD) -> Iterator[Candidate]:
    """Candidates of a CSV inventory; `told` as for listing.columns. Raises one of `assets.errors` naming the line that does not
    fit."""
    buffered = io.BufferedReader(stream)  # type: ignore[arg-type]
    wide = buffered.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    text = io.TextIOWrapper(buffered, encoding="utf-16" if wide else "utf-8-sig", newline="")
    try:
        yield from _candidates(text, told)
    except UnicodeError:
        raise NotAnInventory(_("The text is not in UTF-8. Save the file as “CSV UTF-8” and upload it again.")) from None
    except csv.Error:
        raise NotAnInventory(
            _("The CSV cannot be read to its end. Check that every quotation mark is closed and save it again.")
        ) from None
    finally:
        text.detach()
        buffered.detach()


def _candidates(text: io.TextIOWrapper, told: Mapping[str, str]) -> Iterator[Candidate]:
    heading_line = text.readline(LONGEST_HEADING_LINE)
    if not heading_line.strip():
        raise EmptyDiscovery
    separator = max(SEPARATORS, key=heading_line.count)
    columns = listing.columns(next(csv.reader([_without_nul(heading_line, 1)], delimiter=separator)), told)
    rows = csv.reader((_without_nul(line, number) for number, line in enumerate(_lines(text), 2)), delimiter=separator, strict=True)
    found = 0
    for cells in rows:
        line = rows.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            raise NotAnInventory(
                _("Line %(line)s has %(cells)s cells, the header %(columns)s. Mend the line and upload it again.")
                % {"line": line, "cells": len(cells), "columns": len(columns)}
            )
        found += 1
        yield listing.candidate({column: cell for column, cell in zip(columns, cells, strict=True) if column}, line)
    if not found:
        raise NothingListed


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines below the header; one without an end would only fill the memory."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error
        yield line


def _without_nul(line: str, number: int) -> str:
    if "\x00" in line:
        raise NotAnInventory(
            _("Line %(line)s holds bytes that are no text. Save the list as “CSV UTF-8” and upload it again.") % {"line": number}
        )
    return line
