"""Assets, what leans on them, and scans with believable defaults."""

import gzip
import io
from datetime import timedelta
from itertools import count

from assets import dependencies, inventory, overrides, suppliers, zones
from assets.discovery import intake, permits
from assets.models import Asset, Conduit, CriticalityOverride, Dependency, DiscoveryRun, ScanPermit, Supplier, Zone
from portal import clock
from portal.people import organisations

_serial = count(1)

SCAN_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -sV -oX plant.xml {networks}" start="{start}" version="7.95" xmloutputversion="1.05">
<scaninfo type="syn" protocol="tcp" numservices="1024" services="1-1024"/>
"""
SCAN_TAIL = '<runstats><finished time="{start}" exit="success"/></runstats>\n</nmaprun>\n'


def make_asset(name: str = "", *, unit, kind: str = Asset.Kind.OT_DEVICE, actor=None, **fields) -> Asset:
    """Through the verb, so that identifiers, totals and criticality are there."""
    return inventory.register(actor=actor, name=name or f"PLC-{next(_serial)}", kind=kind, unit=unit, **fields)


def make_dependency(dependent: Asset, supporting: Asset, *, kind: str = Dependency.Kind.NEEDS, actor=None) -> Dependency:
    return dependencies.record(dependent, supporting, kind, actor=actor)


def make_override(asset: Asset, level: int = 3, *, aspect: str = "availability", days: int = 30, actor=None) -> CriticalityOverride:
    """A level that counts instead of what follows, for so many days."""
    ends_on = organisations.today() + timedelta(days=days)
    return overrides.put(asset, aspect, level, actor=actor, reason="A spare stands ready beside it", ends_on=ends_on)


def make_supplier(name: str = "Ostrava Controls", *, unit, actor=None, **fields) -> Supplier:
    """Who sells and mends the line software."""
    believable = {"services": "Line software and its upkeep", "contract": "FC-2026-014", "criticality_level": 4}
    return suppliers.register(actor=actor, name=f"{name} {next(_serial)}", unit=unit, **(believable | fields))


def make_zone(name: str = "", *, unit, purdue: str = "2", actor=None, **fields) -> Zone:
    return zones.register(actor=actor, name=name or f"Zone {next(_serial)}", unit=unit, purdue_level=purdue, **fields)


def make_conduit(*, unit, actor=None, may_cross: str = "OPC UA from the historian") -> Conduit:
    """Between two zones of its own."""
    ends = (make_zone(unit=unit, purdue=level, actor=actor) for level in ("3", "2"))
    return zones.connect(*ends, may_cross, actor=actor)


def make_permit(zone: Zone, *, contact, hours: int = 4, actor=None, starts_at=None) -> ScanPermit:
    """Leave to scan for some hours from now on."""
    starts_at = starts_at or clock.now()
    ends_at = starts_at + timedelta(hours=hours)
    return permits.grant(zone, actor=actor, starts_at=starts_at, ends_at=ends_at, scope="Ports 1 to 1024, slowly", contact=contact)


def make_host(address: str, *, mac: str = "", name: str = "", ports: tuple[int, ...] = (22,), state: str = "up") -> str:
    """One host of a scan."""
    hardware = f'<address addr="{mac}" addrtype="mac"/>' if mac else ""
    called = f'<hostnames><hostname name="{name}" type="PTR"/></hostnames>' if name else ""
    opened = "".join(f'<port protocol="tcp" portid="{port}"><state state="open"/></port>' for port in ports)
    return (
        f'<host starttime="1790000000" endtime="1790000000"><status state="{state}" reason="arp-response"/>'
        f'<address addr="{address}" addrtype="ipv4"/>{hardware}{called}<ports>{opened}</ports></host>\n'
    )


def make_scan(*hosts: str, networks: str = "10.20.1.0/24", start: int = 1790000000) -> bytes:
    """An nmap file of these hosts, or of two where none are given."""
    hosts = hosts or (
        make_host("10.20.1.11", mac="00:1b:1b:9f:20:01", name="plc-a1.northfield.verrow.example", ports=(80, 102)),
        make_host("10.20.1.12", mac="00:1b:1b:9f:20:02", name="hmi-a1.northfield.verrow.example"),
    )
    return (SCAN_HEAD.format(networks=networks, start=start) + "".join(hosts) + SCAN_TAIL.format(start=start)).encode()


def make_run(
    scan: bytes = b"", *, unit, source: str = "nmap-northfield", actor=None, packed: bool = False, **facts
) -> DiscoveryRun:
    """A run that waits for the worker."""
    content = scan or make_scan()
    stream = io.BytesIO(gzip.compress(content) if packed else content)
    return intake.take_in(stream, source, actor=actor, unit=unit, file_name="plant.xml", **facts)
