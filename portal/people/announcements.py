"""News for people: rooms above carry them to inboxes and mails. Inside the transaction of what happened."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Model

Carrier = Callable[..., None]  # (subject, kind, people, params)

_carriers: list[Carrier] = []


def carry_with(function: Carrier) -> None:
    """`function(subject, kind, people, params)` brings news to `people` (ids); it only inserts rows."""
    _carriers.append(function)


def tell(subject: Model, kind: str, people: Iterable[int], params: Mapping[str, Any] | None = None) -> None:
    """Let `people` know that `kind` ("appointment.changed") happened to `subject`; `params` hold keys and values, no words."""
    told = sorted(set(people))
    for carrier in _carriers:
        carrier(subject, kind, told, dict(params or {}))
