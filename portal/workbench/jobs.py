"""All work that goes on behind the pages, as one person may see it: how far it is, what went wrong, who asked for it, once more.

Each room names its kind of work once, with who sees which of it and, where trying again can help, the verb that does so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from portal import clock
from portal.workbench.errors import NothingToTry

SHOWN = 25  # of each kind
KEPT = timedelta(days=7)  # that finished work is shown for


class Standing(StrEnum):
    FAILED = "failed"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. `percent` is None where nobody knows how far it is; `who` is "" for the portal itself."""

    source: str
    pk: int
    label: str
    url: str
    standing: Standing
    state: str  # in the words of its room
    since: datetime
    who: str = ""
    percent: int | None = None
    error: str = ""
    may_retry: bool = False


@dataclass(frozen=True)
class Source:
    """One kind of work. `find(user, since)` gives what `user` may see: unfinished work, and what ended after `since`, newest
    first, at most SHOWN, in a constant number of queries. `retry(pk, actor)` raises Http404 for what the actor may not see."""

    key: str
    word: str | Promise
    find: Callable[[Any, datetime], Sequence[Job]]
    retry: Callable[[int, Any], None] | None = None


_sources: dict[str, Source] = {}
_ORDER = list(Standing)


def register(source: Source) -> None:
    """Once per kind of work, in the room's ready(). Raises ValueError when the key is taken."""
    if source.key in _sources:
        raise ValueError(f"{source.key} is registered already")
    _sources[source.key] = source


def sources() -> Sequence[Source]:
    return list(_sources.values())


def of(user: Any, *, source: str = "") -> list[Job]:
    """What failed first, then what runs and waits, then what is done; the newest first in each."""
    asked = [one for one in _sources.values() if source in ("", one.key)]
    since = clock.now() - KEPT
    found = [job for one in asked for job in one.find(user, since)]
    return sorted(found, key=lambda job: (_ORDER.index(job.standing), -job.since.timestamp(), job.source, job.pk))


def retry(source: str, pk: int, *, actor: Any) -> None:
    """Try once more. Raises NothingToTry where no work of this kind can be tried again; and what its verb refuses."""
    one = _sources.get(source)
    if one is None or one.retry is None:
        raise NothingToTry
    one.retry(pk, actor)


def word_of(source: str) -> str:
    return str(_sources[source].word)


def percent(done: int, total: int) -> int | None:
    return min(100, done * 100 // total) if total else None
