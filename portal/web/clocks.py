"""Whether this host's clock agrees with the database's, which all hosts share."""

from django.db import connection

from portal import clock

TOLERANCE_SECONDS = 30  # what second factors forgive; clocks kept by NTP differ by milliseconds


def lead_seconds() -> float:
    """How far this host's clock is ahead of the database's [s]; below zero it is behind."""
    with connection.cursor() as cursor:
        asked_at = clock.now()
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
        answered_at = clock.now()
    return (asked_at + (answered_at - asked_at) / 2 - theirs).total_seconds()


def agrees() -> bool:
    return abs(lead_seconds()) <= TOLERANCE_SECONDS
