import io
import itertools
import tracemalloc
from datetime import UTC, datetime

import pytest

from assets.discovery.candidate import Identifier, IdentifierKind, Service
from assets.discovery.readers import nmap_xml
from assets.discovery.readers.nmap_scan import targets
from assets.errors import (
    HostileDiscovery,
    MalformedDiscovery,
    NothingDiscovered,
    TruncatedDiscovery,
    UnknownFormat,
    UnreadableDiscovery,
)
from tests.shared_data import shared_file

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -sV -oX plant.xml 10.20.1.0/24" start="1790000000" version="7.95">
<scaninfo type="syn" protocol="tcp" numservices="1024" services="1-1023,44818"/>
"""
TAIL = '<runstats><finished time="1790000100" exit="success"/><hosts up="1" down="0" total="1"/></runstats>\n</nmaprun>\n'
PLC = """<host starttime="1790000001" endtime="1790000042"><status state="up" reason="arp-response" reason_ttl="0"/>
<address addr="10.20.1.11" addrtype="ipv4"/>
<address addr="00:1B:1B:9F:20:01" addrtype="mac" vendor="Siemens AG"/>
<hostnames><hostname name="PLC-A1.northfield.verrow.example." type="PTR"/></hostnames>
<ports><extraports state="closed" count="1023"/>
<port protocol="tcp" portid="102"><state state="open" reason="syn-ack"/><service name="iso-tsap" product="S7"/>
<script id="s7-info" output="..."><elem key="Module">6ES7 515-2AM02-0AB0</elem><elem key="Version">2.9.4</elem>
<elem key="Serial Number">S C-X4U421302009</elem></script></port>
<port protocol="tcp" portid="80"><state state="closed" reason="reset"/><service name="http"/></port></ports></host>
"""


def candidates(text):
    return list(nmap_xml.read(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def host(address, state="up", reason="syn-ack", inside=""):
    return f'<host><status state="{state}" reason="{reason}"/><address addr="{address}" addrtype="ipv4"/>{inside}</host>\n'


def test_a_controller_is_known_by_serial_mac_name_and_address():
    (plc,) = candidates(HEAD + PLC + TAIL)

    assert plc.name == "plc-a1.northfield.verrow.example"
    assert plc.identifiers == (
        Identifier(IdentifierKind.SERIAL, "siemens/s c-x4u421302009"),
        Identifier(IdentifierKind.MAC, "00:1b:1b:9f:20:01"),
        Identifier(IdentifierKind.FQDN, "plc-a1.northfield.verrow.example"),
        Identifier(IdentifierKind.IP, "10.20.1.11"),
    )


def test_a_controller_tells_its_maker_model_and_firmware_and_is_taken_for_ot():
    (plc,) = candidates(HEAD + PLC + TAIL)

    assert plc.fields == {
        "vendor": "Siemens",
        "product": "6ES7 515-2AM02-0AB0",
        "version_in_use": "2.9.4",
        "serial_number": "S C-X4U421302009",
    }
    assert plc.guesses == {"kind": "OT_DEVICE"}
    assert plc.services == (Service(102, "tcp", "iso-tsap"),)
    assert plc.observed_at == datetime.fromtimestamp(1790000042, tz=UTC)


def test_the_scan_says_what_it_looked_at():
    (plc,) = candidates(HEAD + PLC + TAIL)

    assert plc.scan.networks == ("10.20.1.0/24",)
    assert plc.scan.ports == (("tcp", 1, 1023), ("tcp", 44818, 44818))


def test_only_hosts_that_answered_are_taken():
    text = HEAD + host("10.20.1.1") + host("10.20.1.2", "down", "no-response") + host("10.20.1.3", reason="user-set") + TAIL

    assert [one.name for one in candidates(text)] == ["10.20.1.1"]


def test_an_address_called_up_unasked_counts_once_a_port_is_open():
    port = '<ports><port protocol="tcp" portid="22"><state state="open"/></port></ports>'

    (found,) = candidates(HEAD + host("10.20.1.3", reason="user-set", inside=port) + TAIL)

    assert found.services == (Service(22, "tcp"),)


def test_the_scanning_machine_carries_no_identifier_of_its_own():
    (found,) = candidates(HEAD + host("127.0.0.1", reason="localhost-response") + TAIL)

    assert found.on_scanner
    assert found.identifiers == ()


def test_utf_16_as_some_shells_write_it_is_read():
    text = (HEAD.replace("UTF-8", "UTF-16") + PLC + TAIL).encode("utf-16")

    assert [one.name for one in candidates(text)] == ["plc-a1.northfield.verrow.example"]


def test_the_document_type_that_nmap_writes_is_no_attack():
    public = '<!DOCTYPE nmaprun PUBLIC "-//IDN nmap.org//DTD Nmap XML 1.04//EN" "https://svn.nmap.org/nmap/docs/nmap.dtd">'

    assert len(candidates(HEAD.replace("<!DOCTYPE nmaprun>", public) + PLC + TAIL)) == 1


@pytest.mark.parametrize(
    "subset",
    [
        '[<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]',
        '[<!ENTITY a SYSTEM "file:///etc/passwd">]',
        '[<!ENTITY % remote SYSTEM "http://127.0.0.1:9/evil.dtd"> %remote;]',
    ],
)
def test_entities_are_refused_at_their_declaration(subset):
    reading = nmap_xml.read(io.BytesIO((HEAD.replace("nmaprun>", f"nmaprun {subset}>", 1) + PLC + TAIL).encode()))

    with pytest.raises(HostileDiscovery):
        next(reading)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8, 0.99])
def test_a_file_that_ends_in_the_middle_says_so(kept):
    text = HEAD + PLC + host("10.20.1.9") + TAIL

    with pytest.raises(TruncatedDiscovery):
        candidates(text[: int(len(text.rstrip()) * kept)])


def test_a_damaged_file_says_so():
    with pytest.raises(MalformedDiscovery):
        candidates((HEAD + PLC + TAIL).replace("</ports>", "</prots>"))


@pytest.mark.parametrize("encoding", ["KOI-99", "UTF-7"])
def test_an_encoding_nobody_reads_is_a_damaged_file(encoding):
    with pytest.raises(MalformedDiscovery):
        candidates((HEAD + PLC + TAIL).replace("UTF-8", encoding))


def test_other_xml_is_no_scan():
    with pytest.raises(UnknownFormat):
        candidates("<?xml version='1.0'?><bom xmlns='http://cyclonedx.org/schema/bom/1.5'/>")


def test_a_scan_without_any_answer_says_so():
    with pytest.raises(NothingDiscovered):
        candidates(HEAD + host("10.20.1.2", "down", "no-response") + TAIL)


def test_nesting_made_to_fill_the_memory_is_refused():
    with pytest.raises(MalformedDiscovery):
        candidates(HEAD + "<host>" + "<a>" * 100 + "</a>" * 100 + "</host>" + TAIL)


def test_elements_made_to_fill_the_memory_are_refused(monkeypatch):
    monkeypatch.setattr(nmap_xml, "MOST_ELEMENTS_A_HOST", 50)

    with pytest.raises(MalformedDiscovery):
        candidates(HEAD + "<host>" + "<a/>" * 100 + "</host>" + TAIL)


class Endless(io.RawIOBase):
    """A scan of `hosts` hosts, made while it is read."""

    def __init__(self, hosts):
        addresses = (f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(1, hosts + 1))
        self.parts = itertools.chain([HEAD.encode()], (host(one).encode() * 1 for one in addresses), [TAIL.encode()])
        self.rest = b""

    def readable(self):
        return True

    def readinto(self, buffer):
        while not self.rest:
            part = next(self.parts, None)
            if part is None:
                return 0
            self.rest = part
        taken, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def peak_bytes(hosts):
    tracemalloc.start()
    try:
        read = sum(1 for _ in nmap_xml.read(Endless(hosts)))
        return read, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file():
    few, small = peak_bytes(200)
    many, large = peak_bytes(4000)

    assert (few, many) == (200, 4000)
    assert large < small + 200_000


@pytest.mark.parametrize(
    ("arguments", "networks"),
    [
        ("nmap -A -vv -oX full.xml 192.168.1.0/24", ("192.168.1.0/24",)),
        ("nmap -sn 10.20.1.7 10.20.2.0-127", ("10.20.1.7/32", "10.20.2.0/25")),
        ("nmap -S 10.9.9.9 10.20.1.0/24", ("10.20.1.0/24",)),
        ("nmap -iL targets.txt 10.20.1.0/24", ()),
        ("nmap --exclude 10.20.1.5 10.20.1.0/24", ()),
        ("nmap scanme.example", ()),
        ('nmap "unclosed', ()),
    ],
)
def test_the_targets_are_read_from_the_command_line(arguments, networks):
    assert targets(arguments) == networks


@pytest.mark.parametrize(
    ("name", "answered"),
    [("2_hosts.xml", 2), ("2_hosts_achange.xml", 2), ("full_sudo6.xml", 4), ("fullscan.xml", 2), ("os_scan6.xml", 3)],
)
def test_real_scans_give_every_host_that_answered(name, answered):
    with shared_file(f"nmap/{name}").open("rb") as stream:
        assert sum(1 for _ in nmap_xml.read(stream)) == answered


def test_no_prefix_of_a_real_scan_passes_for_the_whole():
    whole = shared_file("nmap/2_hosts.xml").read_bytes().rstrip()

    for length in range(1, len(whole), 97):
        with pytest.raises(UnreadableDiscovery):
            candidates(whole[:length])


DIGITS = "9" * 5_000


def test_a_number_of_thousands_of_digits_is_no_port_and_no_percentage():
    inside = (
        f'<ports><port protocol="tcp" portid="{DIGITS}"><state state="open"/></port></ports>'
        f'<os><osmatch name="Linux" accuracy="{DIGITS}"/></os>'
    )
    (plain_host,) = candidates(HEAD.replace("1-1023", f"1-{DIGITS}") + host("10.20.1.1", inside=inside) + TAIL)

    assert plain_host.services == ()
    assert plain_host.scan.ports == (("tcp", 44818, 44818),)
    assert "operating_system" not in {**plain_host.fields, **plain_host.guesses}


def test_a_command_line_no_system_could_run_names_no_network():
    assert targets("nmap " + "10.20.1.0/24 " * 20_000) == ()


@pytest.mark.parametrize("endless", ["<!--{}-->", "<host><hostnames>{}</hostnames></host>", '<host name="{}"/>'])
def test_what_goes_on_without_a_host_is_refused_before_it_fills_the_memory(monkeypatch, endless):
    monkeypatch.setattr(nmap_xml, "MOST_BYTES_A_HOST", 1_000_000)

    with pytest.raises(MalformedDiscovery):
        candidates(HEAD + endless.format("x" * 2_000_000) + host("10.20.1.1") + TAIL)


def test_many_hosts_are_read_however_long_the_file_is(monkeypatch):
    monkeypatch.setattr(nmap_xml, "MOST_BYTES_A_HOST", 100_000)

    assert len(candidates(HEAD + "".join(host(f"10.20.{n // 250}.{n % 250}") for n in range(2_000)) + TAIL)) == 2_000
