"""A second connection beside Django's, for tests about what two transactions see of each other."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from django.db import connection


@contextmanager
def another_connection(account: dict) -> Iterator[psycopg2.extensions.connection]:
    """To the database of this test, as `account` (tests.conftest.APPLICATION, OWNER or SUPERUSER); closed at the end."""
    plain = psycopg2.connect(
        dbname=connection.settings_dict["NAME"],
        user=account["USER"],
        password=account["PASSWORD"],
        host=account["HOST"],
        port=account["PORT"] or None,
    )
    try:
        yield plain
    finally:
        plain.rollback()  # now, and not when the server notices that nobody is there
        plain.close()


def somebody_waits() -> bool:
    """Whether a connection to this database waits for a lock now, whichever transaction asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first answer for ever
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.fetchone()[0] > 0
