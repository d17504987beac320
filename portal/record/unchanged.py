"""What is asked often and is dear to work out, remembered until somebody does something: every verb writes an audit entry, and
each entry lets all of it go. A minute at most, for what the hours of the day and the worker change."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.db import connection, transaction

LAST_MOVE = "record-last-move"
REMEMBERED_SECONDS = 60


def moved() -> None:
    """Something was done: at once for this transaction, and for everybody else as soon as it is committed."""
    _forget()
    if connection.in_atomic_block and not any(done is _forget for _sids, done, *_more in connection.run_on_commit[-1:]):
        transaction.on_commit(_forget, robust=True)


def last_move() -> str:
    """A name that stays the same while nothing is done; a new one each time where the cache is away."""
    try:
        return cache.get(LAST_MOVE) or _forget()
    except Exception:  # whatever the cache's client raises: whoever asks looks anew
        return _forget()


def remembered(key: str, work_out: Callable[[], Any]) -> Any:
    """What `work_out` said since the last move, or says now. Only keys and flags are to be kept so, never words."""
    try:
        known = cache.get_many([LAST_MOVE, key])
    except Exception:  # whatever the cache's client raises: a memory is not worth a failed page
        return work_out()
    move = known.get(LAST_MOVE)
    if move is None:
        move = _forget()
    elif (kept := known.get(key)) is not None and kept[0] == move:
        return kept[1]
    found = work_out()
    with suppress(Exception):
        cache.set(key, (move, found), REMEMBERED_SECONDS)
    return found


def _forget() -> str:
    """A cache that is away when something is done keeps what it knew for its minute at most; what is done is done all the same."""
    move = uuid4().hex
    with suppress(Exception):
        cache.set(LAST_MOVE, move, None)
    return move
