"""Readers turn bytes into candidates, one module a format; `reader_for` picks by the first bytes."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from assets.discovery.candidate import Candidate
from assets.discovery.readers import csv_inventory, nmap_xml
from assets.errors import EmptyDiscovery, UnknownFormat

Reader = Callable[[BinaryIO], Iterator[Candidate]]
READERS: dict[str, Reader] = {"NMAP_XML": nmap_xml.read, "CSV_INVENTORY": csv_inventory.read}

BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# Things people pick by mistake: PDF, pictures, archives (a spreadsheet is one), programs, scripts, mail, JSON.
NEVER = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x7fELF",
    b"MZ",
    b"{",
    b"[",
    b"#!",
    b"\xd0\xcf\x11\xe0",
)


def reader_for(head: bytes) -> tuple[str, Reader]:
    """Name and reader of the format that `head`, the first bytes of a file, shows; EmptyDiscovery, UnknownFormat."""
    if not head.strip():
        raise EmptyDiscovery
    if head.startswith(NEVER):
        raise UnknownFormat
    for mark in BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    if head.replace(b"\x00", b"").lstrip().startswith(b"<"):
        return "NMAP_XML", nmap_xml.read
    return "CSV_INVENTORY", csv_inventory.read
