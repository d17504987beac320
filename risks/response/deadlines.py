"""When a notification is due, and how much time is left.  (calculation)"""

import calendar
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta, tzinfo

HOURS, WORKING_DAYS, MONTHS = "HOURS", "WORKING_DAYS", "MONTHS"
LAST_MINUTE = time(23, 59)
WARN_FROM_SHARE = 0.25  # of the whole time, while that much is left


def due_at(start: datetime, amount: int, measure: str, *, zone: tzinfo, worked: Collection[int]) -> datetime:
    """`amount` hours after `start`; or the end of the `amount`-th working day after it (ISO weekdays `worked`, in `zone`); or the
    same time so many months later, on the last day of a shorter month. ValueError for another measure."""
    if measure == HOURS:
        return start.astimezone(UTC) + timedelta(hours=amount)  # real hours, also through the night the clocks change
    here = start.astimezone(zone)
    if measure == WORKING_DAYS:
        day, left = here.date(), amount
        while left > 0:
            day += timedelta(days=1)
            left -= day.isoweekday() in worked
        return datetime.combine(day, LAST_MINUTE, zone)
    if measure == MONTHS:
        year, month = divmod(here.year * 12 + here.month - 1 + amount, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return here.replace(year=year, month=month + 1, day=min(here.day, last))
    raise ValueError(f"{measure} measures no time")


def is_running_out(start: datetime, due: datetime, now: datetime) -> bool:
    """Whether at most a quarter of the time is left, or none."""
    return due - now <= (due - start) * WARN_FROM_SHARE


def parts(left: timedelta) -> tuple[int, int, int]:
    """Whole days, hours and minutes of a length of time, whichever way it points."""
    minutes = int(abs(left).total_seconds() // 60)
    return minutes // 1440, minutes // 60 % 24, minutes % 60
