"""What waits for somebody's signature, for the pages that only name it. How each subject stands is worked out from what it says,
which takes a question for every kind; it is remembered until the next verb. Who may read it is asked anew each time."""

import hashlib
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


def of(user: Any) -> list[Unsigned]:
    """In the order of `signatures.waiting_for`. No query where nothing was done since the last time."""
    if not signatures.signs(user):
        return []
    return [Unsigned(*one) for one in unchanged.remembered(_key(user), lambda: _worked_out(user))]


def _worked_out(user: Any) -> list[tuple[str, int, bool]]:
    return [
        (found.kind, found.subject.pk, any(slot.stale is not None for slot in found.slots))
        for found in signatures.waiting_for(user)
    ]


def _key(user: Any) -> str:
    """Of one person with what they may do, on one day."""
    held = grants(user)
    told = (held.user_id, sorted(held.names), sorted(held.seats), held.unit_paths, sorted(held.permissions), organisations.today())
    return f"unsigned-{hashlib.sha256(repr(told).encode()).hexdigest()}"
