"""What is due to a person as a calendar that other programs read by a secret address (iCalendar, RFC 5545).

Whoever holds the address reads it without signing in; so it names nothing that is confidential, and ends whenever its person says.
An event keeps its id while its date moves; what was answered or fell away is not there any more.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from portal import clock, subjects
from portal.attention.models import CalendarFeed, Review
from portal.people import organisations, second_factors
from portal.people.addresses import absolute, mail_host
from portal.people.models import User
from portal.people.reach import grants
from portal.record import audit

MOST = 1000  # events, the next ones first
USE_IS_NOTED_EACH = timedelta(minutes=15)
MAY = "attention.view_inbox"


@dataclass(frozen=True)
class Dated:
    """One day on which something about a subject is due to a person. `key` is the same for as long as it is the same thing."""

    key: str
    day: date
    subject: Any
    what: str  # "Review", before the name of the subject
    url: str
    since: datetime  # when it was first said
    version: int = 0  # grows when the day moves


Source = Callable[[Any], Iterable[Dated]]
_sources: list[Source] = []


def add(source: Source) -> None:
    """An app whose dates are no reviews names them once: `source(user)` gives those that `user` may see and has to keep."""
    _sources.append(source)


def standing(person: Any) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(person=person.pk, revoked_at=None).first()


@transaction.atomic
def begin(*, actor: Any) -> str:
    """A secret address for `actor` and nobody else, shown this once; one from before ends."""
    _end(actor)
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.create(person=actor, digest=_digest(secret), created_at=clock.now())
    audit.record(actor, "user.calendar_begun", actor)
    return secret


@transaction.atomic
def end(*, actor: Any) -> None:
    """Nobody reads it by that address any more."""
    if _end(actor):
        audit.record(actor, "user.calendar_ended", actor)


def _end(person: Any) -> int:
    User.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
    return CalendarFeed.objects.filter(person=person.pk, revoked_at=None).update(revoked_at=clock.now())


def reader_by(secret: str) -> User | None:
    """Whose calendar is behind this address; None where it is none, was ended, or its person may not come in any more."""
    feed = CalendarFeed.objects.select_related("person").filter(digest=_digest(secret), revoked_at=None).first()
    if feed is None or not feed.person.is_active:
        return None
    held = grants(feed.person)
    if MAY not in held.permissions or second_factors.lacking(feed.person):
        return None
    moment = clock.now()
    long_ago = Q(last_read_at=None) | Q(last_read_at__lte=moment - USE_IS_NOTED_EACH)
    CalendarFeed.objects.filter(long_ago, pk=feed.pk).update(last_read_at=moment)
    return feed.person


def written(person: User) -> bytes:
    """The calendar of `person` as a file, the same bytes as long as nothing changes."""
    with translation.override(person.language):
        calendar = Calendar()
        calendar.add("prodid", "-//Concord//EN")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", _("Concord: what is due to you"))
        for one in of(person):
            calendar.add_component(_event(one))
        return calendar.to_ical()


def of(person: Any) -> list[Dated]:
    """Everything due to `person`, the next first: reviews of every kind, and what other apps name."""
    found = [*_reviews(person), *(one for source in _sources for one in source(person))]
    return sorted(found, key=lambda one: (one.day, one.key))[:MOST]


def is_withheld(kind: str, subject: Any) -> bool:
    """Whether the subject, or what it belongs to, is for few eyes alone."""
    return is_privileged(kind, subject) or _says(kind, subject, "is_confidential")


def is_privileged(kind: str, subject: Any) -> bool:
    """Whether the subject, or what it belongs to, is between the seats and counsel: no mail names it."""
    return _says(kind, subject, "is_privileged")


def _says(kind: str, subject: Any, name: str) -> bool:
    belongs = [subject]
    for path in subjects.of_kind(kind).related:
        here = subject
        for step in path.split("__"):
            here = getattr(here, step, None)
            belongs.append(here)
    return any(getattr(one, name, False) for one in belongs)


def _reviews(person: Any) -> list[Dated]:
    rows = list(Review.objects.visible_to(person).open().for_person(person).order_by("due_on", "pk")[:MOST])
    found = subjects.fetch([row.key for row in rows], person)
    return [
        Dated(f"review-{row.pk}", row.due_on, found[row.key], _("Due"), row.get_absolute_url(), row.created_at, row.version)
        for row in rows
        if row.key in found
    ]


def _event(one: Dated) -> Event:
    kind = subjects.kind_of(one.subject)
    subject = subjects.of_kind(kind)
    name = subject.label(one.subject)
    if is_withheld(kind, one.subject):
        name = _("%(word)s that is confidential") % {"word": capfirst(str(subject.word))}
    event = Event()
    event.add("uid", f"{one.key}@{mail_host()}")
    event.add("summary", f"{one.what}: {name}")
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("dtstamp", one.since)
    event.add("sequence", one.version)
    event.add("url", absolute(one.url))
    event.add("transp", "TRANSPARENT")
    if one.day < organisations.today():
        event.add("categories", [_("overdue")])
    return event


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
