"""What an nmap run looked at: its targets from the command line it notes down, its ports from `scaninfo`."""

import ipaddress
import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from assets.discovery.candidate import Scan, plain

# With these the command line does not say what was scanned: targets in a file, at random, or left out again.
TARGETS_ELSEWHERE = {"-iL", "-iR", "--exclude", "--excludefile", "--resume"}
# Options whose next word is an address but no target.
TAKES_AN_ADDRESS = {"-S", "-D", "-sI", "--dns-servers", "--proxies", "--proxy", "--ip-options", "-b"}
LONGEST_COMMAND = 131_072  # no system hands a longer one to a program
MOST_RANGES = 10_000  # nmap writes at most one a protocol and port it looked at apart
LAST_OCTET_RANGE = re.compile(r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.)(\d{1,3})-(\d{1,3})")


def begun(root: Element) -> Scan:
    """The scan that the `nmaprun` element opens."""
    return Scan(
        scanner=plain(root.get("args") or root.get("scanner")),
        started_at=moment(root.get("start")),
        networks=targets(root.get("args", "")),
    )


def with_ports(scan: Scan, scaninfo: Element) -> Scan:
    """`scan` with the ports that one `scaninfo` element lists."""
    if len(scan.ports) >= MOST_RANGES:
        return scan
    protocol = plain(scaninfo.get("protocol"), 8)
    ranges = []
    for part in (scaninfo.get("services") or "").split(","):
        first, _, last = part.partition("-")
        begin, end = small_number(first), small_number(last or first)
        if begin is not None and end is not None:
            ranges.append((protocol, begin, end))
    return replace(scan, ports=scan.ports + tuple(ranges))


def small_number(text: str | None) -> int | None:
    """A port or a percentage; None for anything that cannot be one, however many digits it has."""
    return int(text) if text and text.isdecimal() and len(text) <= 5 else None


def moment(epoch: str | None) -> datetime | None:
    """A UTC moment from the seconds that nmap writes; None where they are missing or absurd."""
    try:
        return datetime.fromtimestamp(int(epoch or ""), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def targets(arguments: str) -> tuple[str, ...]:
    """Networks that a command line names; () unless it names all of them as addresses."""
    if len(arguments) > LONGEST_COMMAND:
        return ()
    try:
        words = shlex.split(arguments)[1:]
    except ValueError:
        return ()
    if TARGETS_ELSEWHERE.intersection(words):
        return ()
    networks: list[str] = []
    before = ""
    for word in words:
        if before not in TAKES_AN_ADDRESS:
            networks += _networks(word)
        before = word
    return tuple(networks)


def _networks(word: str) -> list[str]:
    in_range = LAST_OCTET_RANGE.fullmatch(word)
    try:
        if in_range:
            stem, first, last = in_range.groups()
            ends = ipaddress.IPv4Address(stem + first), ipaddress.IPv4Address(stem + last)
            return [str(network) for network in ipaddress.summarize_address_range(*ends)]
        return [str(ipaddress.ip_network(word, strict=False))]
    except ValueError:
        return []
