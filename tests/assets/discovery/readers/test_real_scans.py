"""Real scans host by host, against a second reading of the file that knows nothing of the reader: by text alone."""

import re

import pytest

from assets.discovery.readers import nmap_xml
from tests.shared_data import shared_file

TAG = re.compile(r'<(\w+)((?:\s+[\w-]+="[^"]*")*)\s*/?>')
OURS = (("ipv4", "IP"), ("ipv6", "IP"), ("mac", "MAC"))
NEVER = ("127.", "::1", "fe80:", "0.0.0.0")


def told(attributes):
    return dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))


def by_text(text):
    """Every host that is up: its addresses, its qualified names, its open ports."""
    for block in re.findall(r"<host[ >].*?</host>", text, re.DOTALL):
        tags = [(name, told(attributes)) for name, attributes in TAG.findall(block)]
        if ("up",) not in [(facts.get("state"),) for name, facts in tags if name == "status"]:
            continue
        kinds = dict(OURS)
        found = {
            (kinds[facts["addrtype"]], facts["addr"].lower())
            for name, facts in tags
            if name == "address" and not facts["addr"].startswith(NEVER)
        }
        names = {facts["name"].lower().rstrip(".") for name, facts in tags if name == "hostname"}
        found |= {("FQDN", name) for name in names if "." in name and not name.endswith((".localdomain", ".local"))}
        ports, last = set(), None
        for name, facts in tags:
            if name == "port":
                last = (int(facts["portid"]), facts["protocol"])
            elif name == "state" and facts["state"] == "open":
                ports.add(last)
        yield frozenset(found), frozenset(ports)


@pytest.mark.parametrize("name", ["2_hosts.xml", "2_hosts_achange.xml", "full_sudo6.xml", "fullscan.xml", "os_scan6.xml"])
def test_each_host_has_the_addresses_names_and_ports_that_its_text_tells(name):
    path = shared_file(f"nmap/{name}")
    with path.open("rb") as stream:
        read = [
            (
                frozenset((one.kind.value, one.value) for one in host.identifiers if one.kind != "SERIAL"),
                frozenset((service.port, service.protocol) for service in host.services),
            )
            for host in nmap_xml.read(stream)
        ]

    expected = list(by_text(path.read_text()))
    assert read == expected and any(ports for _known, ports in expected)
