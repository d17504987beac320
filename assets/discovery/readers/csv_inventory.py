"""Reads an inventory kept as CSV, as a stream: a header, then one asset a row; UTF-8, or UTF-16 with its mark."""

import codecs
import csv
import io
import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from assets.discovery import candidate as spelling
from assets.discovery.candidate import Candidate, distinct, plain
from assets.errors import EmptyDiscovery, NotAnInventory, NothingListed, UnknownFormat

# Column → the headings people give it, spelled in letters and digits only.
HEADINGS = {
    "own_id": ("assetid", "id", "assettag", "tag", "inventoryno", "inventorynumber", "externalid"),
    "name": ("name", "asset", "assetname", "displayname"),
    "kind": ("kind", "type", "assettype", "category"),
    "vendor": ("vendor", "manufacturer", "maker", "make"),
    "product": ("model", "product", "modelnumber"),
    "serial": ("serial", "serialnumber", "serialno", "sn"),
    "mac": ("mac", "macaddress", "macaddresses", "hardwareaddress"),
    "fqdn": ("fqdn", "hostname", "host", "dnsname"),
    "ip": ("ip", "ipaddress", "ipaddresses", "address"),
    "operating_system": ("operatingsystem", "os", "system"),
    "version_in_use": ("firmware", "firmwareversion", "version", "softwareversion"),
    "location": ("location", "place", "room"),
}
COLUMN_OF = {heading: column for column, headings in HEADINGS.items() for heading in headings}
IDENTIFYING = ("own_id", "serial", "mac", "fqdn", "ip")
STATED = {name: name for name in ("vendor", "product", "operating_system", "version_in_use", "location")} | {
    "serial": "serial_number"
}
SEPARATORS = ",;\t|"
LONGEST_HEADING_LINE = 64_000
LONGEST_LINE = 1_000_000


def read(stream: BinaryIO) -> Iterator[Candidate]:
    """Candidates of a CSV inventory; raises one of `assets.errors` naming the line that does not fit."""
    buffered = io.BufferedReader(stream)  # type: ignore[arg-type]
    wide = buffered.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    text = io.TextIOWrapper(buffered, encoding="utf-16" if wide else "utf-8-sig", newline="")
    try:
        yield from _candidates(text)
    except UnicodeError:
        raise NotAnInventory(_("The text is not in UTF-8. Save the file as “CSV UTF-8” and upload it again.")) from None
    except csv.Error:
        raise NotAnInventory(
            _("The CSV cannot be read to its end. Check that every quotation mark is closed and save it again.")
        ) from None
    finally:
        text.detach()
        buffered.detach()


def _candidates(text: io.TextIOWrapper) -> Iterator[Candidate]:
    heading_line = text.readline(LONGEST_HEADING_LINE)
    if not heading_line.strip():
        raise EmptyDiscovery
    separator = max(SEPARATORS, key=heading_line.count)
    columns = _columns(next(csv.reader([_without_nul(heading_line, 1)], delimiter=separator)))
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
        yield _candidate({column: cell for column, cell in zip(columns, cells, strict=True) if column}, line)
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


def _columns(headings: list[str]) -> list[str]:
    """The column each heading stands for, "" for those that say nothing about an asset."""
    columns = [COLUMN_OF.get(re.sub(r"[^a-z0-9]", "", heading.lower()), "") for heading in headings]
    known = [column for column in columns if column]
    if not set(known).intersection(IDENTIFYING):
        if len(headings) < 2 and not known:
            raise UnknownFormat
        raise NotAnInventory(
            _("The first line names no column that identifies an asset: asset_id, serial, mac, fqdn or ip. Add one.")
        )
    twice = next((column for column in known if known.count(column) > 1), None)
    if twice:
        raise NotAnInventory(
            _("Two columns both mean “%(column)s”. Keep one of them and upload the file again.") % {"column": twice}
        )
    return columns


def _candidate(cells: dict[str, str], line: int) -> Candidate:
    value = {column: plain(cell) for column, cell in cells.items()}
    identifiers = distinct(
        spelling.own_id(value.get("own_id", "")),
        spelling.serial(value.get("vendor", ""), value.get("serial", "")),
        *(spelling.mac(one) for one in _each(cells, "mac", line, spelling.hardware_address)),
        *(spelling.fqdn(one) for one in _each(cells, "fqdn", line, spelling.host_name)),
        *(spelling.ip(one) for one in _each(cells, "ip", line, _address)),
    )
    if not identifiers:
        raise NotAnInventory(
            _("Line %(line)s has nothing that identifies the asset. Give it an asset_id, a serial or an address.") % {"line": line}
        )
    stated = {field: value[column] for column, field in STATED.items() if value.get(column)}
    kind = re.sub(r"[^A-Z]+", "_", value.get("kind", "").upper()).strip("_")
    return Candidate(
        name=value.get("name") or value.get("fqdn") or value.get("own_id") or identifiers[0].value,
        identifiers=identifiers,
        fields=spelling.bounded(stated),
        guesses={"kind": kind} if kind else {},
    )


def _each(cells: dict[str, str], column: str, line: int, readable: Callable[[str], object]) -> list[str]:
    """The values in a cell, which may hold several apart by spaces, semicolons, bars or commas."""
    values = [one for one in re.split(r"[\s;|,]+", cells.get(column, "")) if one]
    for value in values:
        if not readable(value):
            raise NotAnInventory(
                _("Line %(line)s: “%(value)s” is no %(column)s address. Correct it or leave the cell empty.")
                % {"line": line, "value": plain(value, 60), "column": column.upper()}
            )
    return values


def _address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
