"""Reads what `nmap -oX` writes, as a stream: one candidate a host that answered, in constant memory."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import errors as expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from assets.discovery.candidate import Candidate
from assets.discovery.readers import nmap_host, nmap_scan
from assets.errors import HostileDiscovery, MalformedDiscovery, NothingDiscovered, TruncatedDiscovery, UnknownFormat

# A tarpit that shows all 65,535 ports open needs 260,000 elements; more within one host would only fill the memory.
MOST_ELEMENTS_A_HOST = 400_000
MOST_BYTES_A_HOST = 64 * 1024 * 1024
DEEPEST = 60
ENDS_EARLY = frozenset(
    expat.codes[text]
    for text in (
        expat.XML_ERROR_NO_ELEMENTS,
        expat.XML_ERROR_UNCLOSED_TOKEN,
        expat.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.XML_ERROR_PARTIAL_CHAR,
    )
)


def read(stream: BinaryIO) -> Iterator[Candidate]:
    """Candidates of an nmap XML file; raises one of `assets.errors` where the file shows that it is not one."""
    found = 0
    try:
        for candidate in _hosts(stream):
            found += 1
            yield candidate
    except DefusedXmlException:
        raise HostileDiscovery from None
    except ParseError as error:
        raise (TruncatedDiscovery if error.code in ENDS_EARLY else MalformedDiscovery) from None
    except (LookupError, ValueError):  # an encoding that does not exist or is not read, or bytes that are not in it
        raise MalformedDiscovery from None
    if not found:
        raise NothingDiscovered


def _hosts(stream: BinaryIO) -> Iterator[Candidate]:
    # nmap writes a DOCTYPE of its own, so that one is allowed; entities and anything fetched from outside are not.
    counted = _Counted(stream)
    events = iterparse(counted, ("start", "end"), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    root, scan, depth, kept = None, None, 0, 0
    for event, element in events:
        if event == "start":
            depth, kept = depth + 1, kept + 1
            if depth > DEEPEST or kept > MOST_ELEMENTS_A_HOST:
                raise MalformedDiscovery
            if root is None:
                root = element
                if root.tag != "nmaprun":
                    raise UnknownFormat
                scan = nmap_scan.begun(root)
            continue
        depth -= 1
        if depth != 1:
            continue
        if element.tag == "scaninfo":
            scan = nmap_scan.with_ports(scan, element)
        elif element.tag == "host":
            candidate = nmap_host.candidate(element, scan)
            if candidate:
                yield candidate
        root.clear()
        kept = counted.byte_count = 0


class _Counted:
    """Reads on until too much came without a host: one endless text, name or comment would only fill the memory."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self.byte_count = 0

    def read(self, size: int = -1) -> bytes:
        pulled = self._stream.read(size)
        self.byte_count += len(pulled)
        if self.byte_count > MOST_BYTES_A_HOST:
            raise MalformedDiscovery
        return pulled
