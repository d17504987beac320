"""The one organisation: read often, changed hardly ever, so kept in the cache."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache

from portal import clock
from portal.people.models.organisation import Organisation

KEY = "organisation"


def current() -> Organisation | None:
    """The organisation, or None before the set-up; from the cache for at most a minute."""
    found = cache.get(KEY)
    if found is None:
        found = Organisation.objects.first()
        if found is not None:
            cache.set(KEY, found, 60)
    return found


def forget() -> None:
    """After a change of the organisation."""
    cache.delete(KEY)


def today() -> date:
    """The organisation's day: what "due" and "overdue" mean."""
    organisation = current()
    return clock.today(organisation.time_zone if organisation else "UTC")


def morning(day: date) -> datetime:
    """The first moment of the organisation's `day`."""
    organisation = current()
    return datetime.combine(day, time(), ZoneInfo(organisation.time_zone if organisation else "UTC"))


def zone_of(user: Any) -> str:
    """The zone in which `user` reads times."""
    organisation = current()
    return user.time_zone or (organisation.time_zone if organisation else "UTC")
