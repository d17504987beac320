"""What a discovery file says about one device: identifiers in one spelling, facts it told, open services."""

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

MAXIMUM_LENGTH = 255


class IdentifierKind(StrEnum):
    """The rungs of the identity ladder, strongest first."""

    OWN_ID = "OWN_ID"
    SERIAL = "SERIAL"
    MAC = "MAC"
    FQDN = "FQDN"
    IP = "IP"


@dataclass(frozen=True, order=True)
class Identifier:
    """One thing a device can be known by; build it with the functions below, which normalise."""

    kind: IdentifierKind
    value: str


@dataclass(frozen=True, order=True)
class Service:
    """One open port; `name` is what the scanner took it for."""

    port: int
    protocol: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.port}/{self.protocol} {self.name}".strip()


@dataclass(frozen=True)
class Scan:
    """What the run looked at: networks, and ports as (protocol, first, last); empty means unknown."""

    scanner: str = ""
    started_at: datetime | None = None
    networks: tuple[str, ...] = ()
    ports: tuple[tuple[str, int, int], ...] = ()

    def covers(self, service: Service) -> bool:
        """Whether this scan tried the port of `service`."""
        return any(protocol == service.protocol and first <= service.port <= last for protocol, first, last in self.ports)


NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Candidate:
    """One device as a file describes it.

    `fields` holds what the device or the list itself states (asset field → value) and is compared with what is known;
    `guesses` holds what was inferred from it and only helps to register something new. `on_scanner` marks the machine
    that ran the scan: its loopback address means another machine in another source's file.
    """

    name: str
    identifiers: tuple[Identifier, ...] = ()
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    services: tuple[Service, ...] = ()
    observed_at: datetime | None = None
    guesses: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    scan: Scan | None = None
    on_scanner: bool = False

    def seen_by(self, source: str) -> "Candidate":
        """Itself, or with an own id of the source's where it is the scanning machine seen from inside."""
        if self.identifiers or not self.on_scanner:
            return self
        return replace(self, identifiers=distinct(own_id(f"scanner of {source}")))

    @cached_property
    def key(self) -> str:
        """The same for two sightings that carry exactly the same identifiers."""
        spelled = "\n".join(sorted(f"{identifier.kind} {identifier.value}" for identifier in self.identifiers))
        return hashlib.sha256((spelled or self.name).encode()).hexdigest()


def plain(text: str | None, limit: int = MAXIMUM_LENGTH) -> str:
    """`text` on one line without control characters, at most `limit` characters."""
    printable = "".join(character if character.isprintable() else " " for character in text or "")
    return " ".join(printable.split())[:limit].rstrip()


# What the inventory has room for, in characters; the rest of a longer value says nothing that matters.
LONGEST = {"version_in_use": 80, "kind": 20}
LONGEST_FIELD = 120


def bounded(values: Mapping[str, str]) -> dict[str, str]:
    """`values` cut to what the inventory holds, empty ones left out."""
    return {name: cut for name, value in values.items() if (cut := plain(value, LONGEST.get(name, LONGEST_FIELD)))}


def own_id(value: str) -> Identifier | None:
    """The organisation's own number of an asset."""
    spelled = plain(value, 120)
    return Identifier(IdentifierKind.OWN_ID, spelled.casefold()) if spelled else None


# What makers and hypervisors leave in the field when nobody filled it in.
PLACEHOLDER_SERIALS = frozenset(
    """none|n/a|na|null|unknown|default string|not specified|not available|system serial number|chassis serial number
    |to be filled by o.e.m.|to be filled by oem|123456789|1234567890|0123456789""".replace("\n    ", "").split("|")
)


def serial(vendor: str, number: str) -> Identifier | None:
    """Serial number within its vendor; None for placeholders, and without a vendor, for two makers number alike."""
    maker, spelled = plain(vendor, 120).casefold(), plain(number, 120).casefold()
    if not maker or not spelled or spelled in PLACEHOLDER_SERIALS or len(set(spelled.strip("-. "))) < 2:
        return None
    return Identifier(IdentifierKind.SERIAL, f"{maker}/{spelled}")


HARDWARE_ADDRESS = re.compile(r"[0-9a-f]{12}")
LOCALLY_ADMINISTERED, MULTICAST = 0b10, 0b01


def hardware_address(value: str) -> str | None:
    """`value` in lower colon form, or None where it is no MAC address."""
    digits = re.sub(r"[\s:.-]", "", value).lower()
    if not HARDWARE_ADDRESS.fullmatch(digits):
        return None
    return ":".join(digits[start : start + 2] for start in range(0, 12, 2))


def mac(value: str) -> Identifier | None:
    """A burnt-in MAC address; None for group, locally administered and all-zero ones, which identify nothing."""
    spelled = hardware_address(value)
    if spelled is None or spelled == "00:00:00:00:00:00" or int(spelled[:2], 16) & (LOCALLY_ADMINISTERED | MULTICAST):
        return None
    return Identifier(IdentifierKind.MAC, spelled)


LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# Names that mean a different machine on every network (RFC 6761, RFC 6762).
LOCAL_SUFFIXES = (".local", ".localhost", ".localdomain", ".in-addr.arpa", ".ip6.arpa")


def host_name(value: str) -> str:
    """`value` as a host name: lower case, no trailing dot."""
    return plain(value).lower().rstrip(".")


def fqdn(value: str) -> Identifier | None:
    """A fully qualified name; None for single labels, localhost, multicast-DNS names and addresses."""
    spelled = host_name(value)
    labels = spelled.split(".")
    if len(labels) < 2 or len(spelled) > 253 or spelled.endswith(LOCAL_SUFFIXES) or labels[-1].isdigit():
        return None
    if not all(LABEL.fullmatch(label) for label in labels):
        return None
    return Identifier(IdentifierKind.FQDN, spelled)


def ip(value: str) -> Identifier | None:
    """An address that is one device's own in its network; None for loopback, link-local, group and empty ones."""
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return None
    return Identifier(IdentifierKind.IP, str(address))


def distinct(*found: Identifier | None) -> tuple[Identifier, ...]:
    """The identifiers that are there, each once, in the order of the ladder."""
    ladder = list(IdentifierKind)
    return tuple(sorted({one for one in found if one}, key=lambda one: (ladder.index(one.kind), one.value)))
