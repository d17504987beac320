"""What is asked often and is dear to work out, remembered until somebody does something: every verb writes an audit entry, and
each entry lets all of it go. A minute at most, for what the hours of the day and the worker change."""

from collections.abc import Callable
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


def remembered(key: str, work_out: Callable[[], Any]) -> Any:
    """What `work_out` said since the last move, or says now. Only keys and flags are to be kept so, never words."""
    known = cache.get_many([LAST_MOVE, key])
    move = known.get(LAST_MOVE)
    if move is None:
        move = _forget()
    elif (kept := known.get(key)) is not None and kept[0] == move:
        return kept[1]
    found = work_out()
    cache.set(key, (move, found), REMEMBERED_SECONDS)
    return found


def _forget() -> str:
    move = uuid4().hex
    cache.set(LAST_MOVE, move, None)
    return move
