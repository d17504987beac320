"""Addresses that may be called: none inside, unless the host's settings name its network; the one that was checked is the one
that is connected to, whatever a name server says a moment later, and no redirect is followed."""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from portal.webhooks.errors import NotAllowed

SECONDS = 10  # for a whole attempt, however slowly the other side speaks
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# They carry an IPv4 address within, which the other end of a tunnel or translator would call.
_CARRIERS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))


@dataclass(frozen=True)
class Answer:
    """`status` None where none came, with the kind of failure in `error`."""

    status: int | None
    error: str
    milliseconds: int


def check(url: str) -> tuple[SplitResult, list[str]]:
    """The parts of `url` and the addresses it may be called at. Raises NotAllowed with a sentence."""
    parts = _parts(url)
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAllowed(_("No name server knows this host.")) from None
    addresses = list(dict.fromkeys(str(row[4][0]).partition("%")[0] for row in found))
    wrong = [one for one in addresses if not may_be_called(one)]
    if wrong or not addresses:
        raise NotAllowed(_("This host lies inside a private network; webhooks only leave for the outside."))
    if parts.scheme == "http" and not all(_is_named(ipaddress.ip_address(one)) for one in addresses):
        raise NotAllowed(_("Begin with https://, so that nobody on the way reads along."))
    return parts, addresses


def may_be_called(text: str) -> bool:
    address = ipaddress.ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if _is_named(address):
        return True
    carries = address.version == 6 and any(address in network for network in _CARRIERS)
    return address.is_global and not address.is_multicast and not carries


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """One try. Never raises: whatever goes wrong is the `error` of the answer."""
    started = time.monotonic()

    def answer(status: int | None = None, error: str = "") -> Answer:
        return Answer(status, error, int((time.monotonic() - started) * 1000))

    try:
        parts, addresses = check(url)
        return answer(_ask(parts, addresses[0], body, headers))
    except NotAllowed:
        return answer(error="NotAllowed")
    except Exception as error:  # sockets, certificates, a server that speaks no HTTP: the kind says enough
        return answer(error=type(error).__name__)


def _ask(parts: SplitResult, address: str, body: bytes, headers: Mapping[str, str]) -> int:
    plain = socket.create_connection((address, _port(parts)), timeout=SECONDS)
    cut_off = threading.Timer(SECONDS, _hang_up, [plain])
    cut_off.start()
    try:
        secure = parts.scheme == "https"
        connection = http.client.HTTPConnection(parts.netloc.rpartition("@")[2], timeout=SECONDS)
        connection.sock = _context().wrap_socket(plain, server_hostname=parts.hostname) if secure else plain
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Host": parts.netloc, "Connection": "close"})
        return connection.getresponse().status  # its body is nobody's business
    finally:
        cut_off.cancel()
        plain.close()


def _hang_up(plain: socket.socket) -> None:
    with suppress(OSError):
        plain.shutdown(socket.SHUT_RDWR)


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or not url.isascii() or any(letter.isspace() or not letter.isprintable() for letter in url):
        raise NotAllowed(_("Give a whole address, as in https://hooks.example.com/concord."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotAllowed(_("Leave names, passwords and # out of the address; each message is signed."))
    return parts


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _is_named(address: Address) -> bool:
    """Whether the host's settings allow this network by name."""
    return any(address in ipaddress.ip_network(network) for network in settings.WEBHOOK_NETWORKS)
