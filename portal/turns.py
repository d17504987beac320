"""Turns: whoever would do the same thing at the same time waits or leaves it, where no row stands that could be locked."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def wait_for(name: str) -> None:
    """Until the transaction ends, others who ask for the turn of this name wait."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


@contextmanager
def alone(what: str, pk: int) -> Iterator[bool]:
    """Whether nobody else is at this piece of work; if so, nobody comes to it inside of the block. The claim is a lock of the
    session: it dies with the worker that holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, %s))", [what, pk])
        is_alone = cursor.fetchone()[0]
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, %s))", [what, pk])
