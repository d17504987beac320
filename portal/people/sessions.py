"""Where people are signed in: listed, ended by themselves or by an administrator with effect at the next request, and by time."""

from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from portal import clock
from portal.people.addresses import client_address
from portal.people.models import BrowserSession, User
from portal.record import audit

SEEN_EVERY = 60  # seconds: how finely "last seen" is kept, and how long a session could outlive a crash while it was ended
MARK = "people.browser_session"
BY_ITSELF = "X-By-Itself"  # the header of what a page asks to stay fresh, while perhaps nobody sits before it

_DEVICES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"))
_DEVICES += (("CrOS", "ChromeOS"), ("Linux", "Linux"))
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"))
_BROWSERS += (("Chrome/", "Chrome"), ("Safari/", "Safari"))


def begin(request: HttpRequest, user: User) -> BrowserSession:
    """Note that `user` signed in by this session."""
    if not request.session.session_key:
        request.session.create()
    begun = BrowserSession.objects.create(
        user=user,
        session_key=request.session.session_key,
        device=device_of(request.META.get("HTTP_USER_AGENT", "")),
        address=client_address(request) if request.META.get("REMOTE_ADDR") else None,
    )
    request.session[MARK] = begun.pk
    return begun


def leave(request: HttpRequest) -> None:
    """Note that this session is being signed out of."""
    BrowserSession.objects.filter(pk=request.session.get(MARK), ended_at=None).update(ended_at=clock.now())


def seen(request: HttpRequest) -> bool:
    """Once a minute note that the session is in use, unless a page asks by itself; False where it was ended, lay idle or lasted too
    long, and is no more."""
    pk = request.session.get(MARK)
    if pk is None:  # nobody signed in by it
        return False
    if BY_ITSELF in request.headers:
        return _standing().filter(pk=pk).exists()
    if not cache.add(f"{MARK}.{pk}", 1, SEEN_EVERY):
        return True
    return _standing().filter(pk=pk).update(last_seen_at=clock.now(), session_key=request.session.session_key) == 1


def open_of(user: User) -> QuerySet[BrowserSession]:
    """Where `user` is signed in, the one used last first."""
    return _standing().filter(user=user).order_by("-last_seen_at", "-pk")


def _standing() -> QuerySet[BrowserSession]:
    """Neither ended, nor idle for SESSION_IDLE_SECONDS, nor older than SESSION_COOKIE_AGE, however busy it is."""
    moment = clock.now()
    idle = moment - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    oldest = moment - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return BrowserSession.objects.filter(ended_at=None, last_seen_at__gt=idle, since__gt=oldest)


@transaction.atomic
def end(session: BrowserSession, *, actor: Any) -> None:
    """Sign this browser out at its next request; nothing happens to one that is out already."""
    if _end([session]):
        audit.record(actor, "user.session_ended", session.user, {"sessions": 1})


@transaction.atomic
def end_all(user: User, *, actor: Any, but: int | None = None) -> int:
    """Sign `user` out everywhere, except in the browser session `but`; returns how many ended."""
    ended = _end(list(BrowserSession.objects.filter(user=user, ended_at=None).exclude(pk=but)))
    if ended:
        audit.record(actor, "user.session_ended", user, {"sessions": ended})
    return ended


def keep(request: HttpRequest) -> None:
    """The session got another key (as after a change of password) and stays the same sign-in."""
    BrowserSession.objects.filter(pk=request.session.get(MARK)).update(session_key=request.session.session_key)


def renew(request: HttpRequest) -> None:
    """A factor was given anew: the same sign-in goes on by another key, so that one seen before is worth nothing."""
    request.session.cycle_key()
    keep(request)


def this(request: HttpRequest) -> int | None:
    """The browser session this request comes by."""
    return request.session.get(MARK)


def device_of(agent: str) -> str:
    """ "Firefox on Windows", from what the browser says of itself; "" where it says nothing known."""
    browser = next((word for mark, word in _BROWSERS if mark in agent), "")
    device = next((word for mark, word in _DEVICES if mark in agent), "")
    return f"{browser} on {device}" if browser and device else browser or device


def _end(rows: Iterable[BrowserSession]) -> int:
    """The row in the database goes with the transaction, the copy in the cache once that is committed."""
    keys = [row.session_key for row in rows]
    ended = BrowserSession.objects.filter(pk__in=[row.pk for row in rows], ended_at=None).update(ended_at=clock.now())
    Session.objects.filter(session_key__in=keys).delete()
    transaction.on_commit(lambda: _forget(keys))
    return ended


def _forget(keys: Iterable[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()
