"""What a seat was asked and has not settled yet: void as soon as somebody else fills the seat.

A room that asks seats (ratings, decisions, approvals) names once, in its ready(), how its open answers of a former holder
become void. Answers that were settled before stay as they are.
"""

from collections.abc import Callable
from typing import Any

from portal.people.models import User
from portal.record import audit

Void = Callable[..., int]  # (seat, person_id, *, actor) → how many open answers it voided

_voids: dict[str, Void] = {}


def void_with(kind: str, function: Void) -> None:
    """`function(seat, person_id, *, actor) -> int` voids the open answers of `kind` that this person gave for `seat`. Raises
    ValueError when the kind is taken."""
    if kind in _voids:
        raise ValueError(f"{kind} is registered already")
    _voids[kind] = function


def void(seat: str, person_id: int, *, actor: Any) -> dict[str, int]:
    """Void every open answer that `person_id` gave for `seat`; how many by kind, those without any left out."""
    counted = {kind: function(seat, person_id, actor=actor) for kind, function in sorted(_voids.items())}
    voided = {kind: count for kind, count in counted.items() if count}
    if voided:
        audit.record(actor, "user.answers_voided", User.objects.get(pk=person_id), {"seat": seat, "answers": voided})
    return voided
