"""Readers turn bytes into candidates, one module a format; `named` picks by the first bytes."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from assets.discovery.candidate import Candidate
from assets.discovery.readers import csv_inventory, listing, nmap_xml, xlsx_inventory
from assets.errors import EmptyDiscovery, UnknownFormat

BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
PACKED = b"PK\x03\x04"  # a workbook is an archive
# Things people pick by mistake: PDF, pictures, programs, scripts, mail, JSON.
NEVER = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"MZ",
    b"{",
    b"[",
    b"#!",
    b"\xd0\xcf\x11\xe0",
)


def read(name: str, stream: BinaryIO, told: Mapping[str, str] = listing.NOTHING_TOLD) -> Iterator[Candidate]:
    """The candidates of a file of that format; `told` says of headings which columns they are. Raises one of `assets.errors`."""
    if name == "NMAP_XML":
        return nmap_xml.read(stream)
    return {"CSV_INVENTORY": csv_inventory.read, "XLSX_INVENTORY": xlsx_inventory.read}[name](stream, told)


def named(head: bytes) -> str:
    """The format that `head`, the first bytes of a file, shows; EmptyDiscovery, UnknownFormat."""
    if not head.strip():
        raise EmptyDiscovery
    if head.startswith(PACKED):
        return "XLSX_INVENTORY"
    if head.startswith(NEVER):
        raise UnknownFormat
    for mark in BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    return "NMAP_XML" if head.replace(b"\x00", b"").lstrip().startswith(b"<") else "CSV_INVENTORY"
