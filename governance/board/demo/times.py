"""The demo's past: verbs run at the moment they belong to, and row history is stamped with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pghistory
from django.db import connection

from portal import clock
from portal.people.models import User

ZONE = ZoneInfo("Europe/Berlin")


def acting(person: User) -> pghistory.context:
    """Row history says that `person` wrote it, as it does for whoever works in the pages."""
    return pghistory.context(actor=person.pk)


class Calendar:
    """Days counted back from the day of the first run; each use of a day comes some minutes later than the one before."""

    def __init__(self, today: date):
        self.today = today
        self._used: dict[int, int] = {}

    def day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    @contextmanager
    def at(self, days_ago: int, hour: int | None = None) -> Iterator[None]:
        """Let the clock stand on that day, at `hour` or somewhere in working hours."""
        count = self._used[days_ago] = self._used.get(days_ago, 0) + 1
        start = time(hour if hour is not None else 8)
        moment = datetime.combine(self.day(days_ago), start, ZONE) + timedelta(minutes=min(7 * count, 600))
        moment = min(moment, datetime.now(ZONE))
        with clock.stopped(moment), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('concord.now', %s, false)", [moment.isoformat()])
            try:
                yield
            finally:
                cursor.execute("SELECT set_config('concord.now', '', false)")
