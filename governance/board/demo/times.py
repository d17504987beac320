"""The demo's past: verbs run at the moment they belong to, and row history is stamped with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pghistory
from django.db import connection

from portal import clock
from portal.people.models import User

ZONE = ZoneInfo("Europe/Berlin")
EARLY, LATE = time(0, 7), time(23, 50)


def acting(person: User | None) -> pghistory.context:
    """Row history says that `person` wrote it, as it does for whoever works in the pages; None: the record alone says who."""
    return pghistory.context(actor=person and person.pk)


class Calendar:
    """Days counted back from the day of the first run, lived through in order; each use of a day comes some minutes later than
    the one before. Every day that is over ends with `evening`, and the next begins with `midnight`."""

    def __init__(self, today: date, *, evening: Callable[[], object], midnight: Callable[[], object]):
        self.today = today
        self._evening, self._midnight = evening, midnight
        self._reached: int | None = None
        self._used: dict[int, int] = {}

    def day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    @contextmanager
    def at(self, days_ago: int) -> Iterator[None]:
        """Let the clock stand somewhere in the working hours of that day."""
        self.reach(days_ago)
        count = self._used[days_ago] = self._used.get(days_ago, 0) + 1
        minutes = min(7 * count, 600)
        with self._standing(days_ago, time(8 + minutes // 60, minutes % 60)):
            yield

    def reach(self, days_ago: int) -> None:
        """Let the days before that one end, and it begin."""
        while self._reached is not None and self._reached > days_ago:
            with self._standing(self._reached, LATE):
                self._evening()
            self._reached -= 1
            with self._standing(self._reached, EARLY):
                self._midnight()
        self._reached = days_ago if self._reached is None else min(self._reached, days_ago)

    @contextmanager
    def _standing(self, days_ago: int, hour: time) -> Iterator[None]:
        moment = min(datetime.combine(self.day(days_ago), hour, ZONE), datetime.now(ZONE))
        with clock.stopped(moment), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('concord.now', %s, false)", [moment.isoformat()])
            try:
                yield
            finally:
                cursor.execute("SELECT set_config('concord.now', '', false)")
