"""One `host` element of nmap as a candidate: who it is, what it told of itself, what may be guessed from that."""

import ipaddress
import re
from xml.etree.ElementTree import Element

from assets.discovery.candidate import Candidate, Scan, Service, bounded, distinct, fqdn, host_name, ip, mac, plain, serial
from assets.discovery.readers.nmap_scan import moment, small_number

SURE_ENOUGH_PERCENT = 95

# Ports on which only control systems answer: S7, Modbus, DNP3, EtherNet/IP, OPC UA, BACnet, FINS, PROFINET, GE SRTP.
OT_PORTS = frozenset([102, 502, 2404, 4840, 9600, 18245, 20000, 34962, 34963, 34964, 44818, 47808])
SERVER_PORTS = frozenset([25, 53, 88, 389, 636, 1433, 1521, 3306, 5432, 5985, 6379, 8443, 9200, 27017])
NETWORK_DEVICES = frozenset(["router", "switch", "firewall", "wap", "bridge", "hub", "load balancer", "broadband router"])
CONNECTED_EQUIPMENT = frozenset(["printer", "print server", "webcam", "voip phone", "phone", "media device", "specialized"])


def candidate(host: Element, scan: Scan) -> Candidate | None:
    """The candidate that `host` describes, or None where the host did not answer."""
    services = tuple(sorted({_service(port) for port in host.iterfind("ports/port") if _is_open(port)}))
    addresses = [(plain(one.get("addr"), 64), one) for one in host.iterfind("address")]
    if not _answered(host, services, addresses):
        return None
    names = _names(host)
    told = _told(host)
    identifiers = distinct(
        serial(told.get("vendor", ""), told.get("serial_number", "")),
        *(mac(value) for value, one in addresses if one.get("addrtype") == "mac"),
        *(fqdn(name) for name in names),
        *(ip(value) for value, one in addresses if one.get("addrtype") != "mac"),
    )
    local = any(_is_loopback(value) for value, _ in addresses)
    own_names = [name for name in names if local or name not in ("localhost", "localhost.localdomain")]
    return Candidate(
        name=(own_names[0] if own_names else addresses[0][0] if addresses else "") or "unnamed",
        identifiers=identifiers,
        fields=bounded(told),
        services=services,
        observed_at=moment(host.get("endtime") or host.get("starttime")) or scan.started_at,
        guesses=bounded(_guesses(host, services, told)),
        scan=scan,
        on_scanner=local,
    )


def _answered(host: Element, services: tuple[Service, ...], addresses: list[tuple[str, Element]]) -> bool:
    status = host.find("status")
    if status is None or status.get("state") != "up":
        return False
    # With -Pn nmap calls every address up, reason "user-set", whether or not anything answered there.
    answered_arp = any(one.get("addrtype") == "mac" for _, one in addresses)
    return status.get("reason") != "user-set" or bool(services) or answered_arp


def _is_open(port: Element) -> bool:
    state = port.find("state")
    return state is not None and state.get("state") == "open" and small_number(port.get("portid")) is not None


def _service(port: Element) -> Service:
    service = port.find("service")
    name = plain(service.get("name"), 64) if service is not None else ""
    return Service(small_number(port.get("portid")) or 0, plain(port.get("protocol"), 8), name)


def _names(host: Element) -> list[str]:
    """Host names, the one the network's DNS gives before the one typed on the command line."""
    found = sorted(host.iterfind("hostnames/hostname"), key=lambda one: one.get("type") != "PTR")
    return list(dict.fromkeys(name for one in found if (name := host_name(one.get("name", "")))))


def _is_loopback(value: str) -> bool:
    try:
        return ipaddress.ip_address(value).is_loopback
    except ValueError:
        return False


def _told(host: Element) -> dict[str, str]:
    """What the device said of itself through nmap's scripts, and a system it was surely recognised as."""
    told: dict[str, str] = {}
    for script in host.iter("script"):
        reading = SCRIPTS.get(script.get("id", ""))
        if reading is None:
            continue
        answers = {re.sub(r"[^a-z]", "", one.get("key", "").lower()): plain(one.text) for one in script.iter("elem") if one.text}
        vendor, names = reading
        if answers and vendor:
            told.setdefault("vendor", vendor)
        for answer, name in names.items():
            if answers.get(answer):
                told.setdefault(name, answers[answer])
    system = _best_match(host)
    if system is not None and (small_number(system.get("accuracy")) or 0) >= SURE_ENOUGH_PERCENT:
        told.setdefault("operating_system", plain(system.get("name")))
    return told


# Script → vendor where the protocol belongs to one, and answer (letters only, lower case) → field.
SCRIPTS: dict[str, tuple[str, dict[str, str]]] = {
    "s7-info": ("Siemens", {"module": "product", "version": "version_in_use", "serialnumber": "serial_number"}),
    "enip-info": (
        "",
        {"vendor": "vendor", "productname": "product", "revision": "version_in_use", "serialnumber": "serial_number"},
    ),
    "bacnet-info": ("", {"vendorname": "vendor", "modelname": "product", "firmware": "version_in_use"}),
    "snmp-info": ("", {"enterprise": "vendor"}),
    "smb-os-discovery": ("", {"os": "operating_system"}),
}


def _best_match(host: Element) -> Element | None:
    matches = [one for one in host.iterfind("os/osmatch") if small_number(one.get("accuracy")) is not None]
    return max(matches, key=lambda one: small_number(one.get("accuracy")) or 0, default=None)


def _guesses(host: Element, services: tuple[Service, ...], told: dict[str, str]) -> dict[str, str]:
    guesses = {"kind": _kind(host, services)}
    maker = next((plain(one.get("vendor")) for one in host.iterfind("address") if one.get("vendor")), "")
    if maker and "vendor" not in told:
        guesses["vendor"] = maker
    system = _best_match(host)
    if system is not None and "operating_system" not in told:
        guesses["operating_system"] = plain(system.get("name"))
    return guesses


def _kind(host: Element, services: tuple[Service, ...]) -> str:
    system = _best_match(host)
    classes = [] if system is None else [one.get("type", "").lower() for one in system.iterfind("osclass")]
    ports = {service.port for service in services}
    if system is not None and "server" in system.get("name", "").lower():
        return "SERVER"  # before the ports: historians and gateways' servers speak OPC UA as well
    if ports & OT_PORTS:
        return "OT_DEVICE"
    if NETWORK_DEVICES.intersection(classes):
        return "NETWORK"
    if CONNECTED_EQUIPMENT.intersection(classes):
        return "CONNECTED_EQUIPMENT"
    return "SERVER" if ports & SERVER_PORTS else "ENDPOINT"
