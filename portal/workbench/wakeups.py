"""What is to be told after a commit, once: each verb of a thousand rows asks for the same, and an import is one transaction."""

from functools import partial
from typing import Any

from django.db import connection


def gather() -> None:
    """Keep each call that waits for the commit once; what rows needed stays needed, since their savepoints are released."""
    kept: dict[Any, tuple[Any, ...]] = {}
    outer = set(connection.savepoint_ids)
    for _savepoints, call, robust in connection.run_on_commit:
        kept.setdefault((_named(call), robust), (outer, call, robust))
    connection.run_on_commit = list(kept.values())


def _named(call: Any) -> Any:
    if not isinstance(call, partial):
        return call
    try:
        named = (call.func, call.args, tuple(sorted(call.keywords.items())))
        hash(named)
    except TypeError:
        return id(call)
    return named
