"""What waits for somebody's signature, for the pages that only name it. How each subject stands is worked out from what it says,
which takes a question for every kind; it is remembered until the next verb. Who may read it is asked anew each time."""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

from portal.people import organisations
from portal.people.reach import grants
from portal.record import unchanged
from portal.signing import signatures


class Unsigned(NamedTuple):
    """One subject by kind and id, and whether it was signed before it changed."""

    kind: str
    pk: int
    has_changed: bool

    @property
    def key(self) -> tuple[str, int]:
        """As `subjects.fetch` takes it."""
        return self.kind, self.pk


class Awaited(NamedTuple):
    """One subject that others have still to answer: which offices, those of a slot together, and since when they are asked."""

    kind: str
    pk: int
    offices: tuple[tuple[str, ...], ...]
    since: datetime

    @property
    def key(self) -> tuple[str, int]:
        return self.kind, self.pk


def of(user: Any) -> list[Unsigned]:
    """In the order of `signatures.waiting_for`. No query where nothing was done since the last time."""
    return [Unsigned(*one) for one in _known(user)[0]]


def others(user: Any) -> list[Awaited]:
    """What `user` waits for, the longest first. No query where nothing was done since the last time."""
    return sorted((Awaited(*one) for one in _known(user)[1]), key=lambda one: (one.since, one.kind, one.pk))


def _known(user: Any) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    if not signatures.signs(user):
        return [], []
    return unchanged.remembered(_key(user), lambda: _worked_out(user))


def _worked_out(user: Any) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    mine: list[tuple[Any, ...]] = []
    theirs: list[tuple[Any, ...]] = []
    for found in signatures.unsigned_before(user):
        key = (found.kind, found.subject.pk)
        if signatures.waits_for(found, user):
            mine.append((*key, any(slot.stale is not None for slot in found.slots)))
        elif signatures.waits_for_others(found, user):
            theirs.append((*key, tuple(slot.offices for slot in found.missing if slot.refusal is None), found.request.asked_at))
    return mine, theirs


def _key(user: Any) -> str:
    """Of one person with what they may do, on one day."""
    held = grants(user)
    told = (held.user_id, sorted(held.names), sorted(held.seats), held.unit_paths, sorted(held.permissions), organisations.today())
    return f"waits-{hashlib.sha256(repr(told).encode()).hexdigest()}"
