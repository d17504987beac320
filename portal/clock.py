"""The only source of time: moments in UTC, days in the organisation's zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_stopped_at: ContextVar[datetime | None] = ContextVar("stopped_at", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC; the stopped one inside `stopped`."""
    return _stopped_at.get() or datetime.now(UTC)


def today(zone: ZoneInfo | str) -> date:
    """The day it is now in `zone`. Which zone is the caller's matter: the organisation's for due dates, a person's for mail."""
    return now().astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).date()


def age(moment: datetime | None) -> float:
    """How long `moment` is past [s]; 0 where there is none, or where it is still to come."""
    return max(0.0, (now() - moment).total_seconds()) if moment else 0.0


@contextmanager
def stopped(moment: datetime) -> Iterator[None]:
    """Let the clock stand at `moment` inside the block: for tests and for the demo's past. ValueError on a naive one."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs its zone.")
    token = _stopped_at.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _stopped_at.reset(token)
