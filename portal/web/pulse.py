"""Whether the timetable and a worker of each queue are alive: every few seconds a task comes through and says so.

Without it, beat and workers that are gone look like workers that have nothing to do.
"""

from celery import current_app
from django.core.cache import cache
from django.db import connection

from portal.web import clocks

QUEUES = ("celery", "record")
NEVER = float("inf")


def leave(queue: str) -> float:
    """Note that a task of `queue` ran now, by the database's clock; returns how far its host's clock leads [s]."""
    lead = clocks.lead_seconds()
    cache.set(_key(queue), (_database_seconds(), lead), timeout=None)
    return lead


def age_seconds(queue: str) -> float:
    """Since the last task of `queue` [s]; infinite where none ever ran."""
    last = cache.get(_key(queue))
    return max(0.0, _database_seconds() - last[0]) if last else NEVER


def worst_lead_seconds() -> float:
    """The largest lead of a worker's clock, ahead or behind, as of the last pulses [s]."""
    leads = [last[1] for queue in QUEUES if (last := cache.get(_key(queue)))]
    return max(leads, key=abs, default=0.0)


def waiting_messages() -> int:
    """Wake-ups that lie at the broker, over all queues."""
    with current_app.connection_for_write() as broker:
        return sum(broker.default_channel.client.llen(queue) for queue in QUEUES)


def _key(queue: str) -> str:
    return f"pulse:{queue}"


def _database_seconds() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        return cursor.fetchone()[0]
