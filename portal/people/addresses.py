"""Where a request comes from, as far as a proxy of our own wrote it; and where the portal itself is found from outside."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of the client. Each of `settings.TRUSTED_PROXIES` proxies appends whom it saw to X-Forwarded-For, so the
    client is that many places from its end; whatever stands before was written by the client itself."""
    peer = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104  (a unix socket has no address)
    trusted = settings.TRUSTED_PROXIES
    if not trusted:
        return peer
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(seen) < trusted or not _is_address(seen[-trusted]):
        return peer
    return seen[-trusted]


def is_local(request: HttpRequest) -> bool:
    """Asked from this very machine, and not by way of a proxy that runs on it."""
    peer = request.META.get("REMOTE_ADDR", "")
    return "HTTP_X_FORWARDED_FOR" not in request.META and _is_address(peer) and ip_address(peer).is_loopback


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def absolute(path: str) -> str:
    """The address of a page outside of any request; the page itself sends strangers through sign-in and back."""
    return settings.PORTAL_ADDRESS.rstrip("/") + path


def mail_host() -> str:
    """The name behind the @ of a Message-ID."""
    return settings.PORTAL_ADDRESS.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"
