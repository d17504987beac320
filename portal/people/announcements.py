"""News for people: rooms above carry them to inboxes and mails. Inside the transaction of what happened."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model

Telling = tuple[Model, Iterable[int], Mapping[str, Any]]  # (subject, people, params)
Carrier = Callable[[str, Sequence[Telling]], None]  # (kind, tellings)

_carriers: list[Carrier] = []


def carry_with(function: Carrier) -> None:
    """`function(kind, tellings)` brings news to the people (ids) of each telling; it only inserts rows."""
    _carriers.append(function)


def tell(subject: Model, kind: str, people: Iterable[int], params: Mapping[str, Any] | None = None) -> None:
    """Let `people` know that `kind` ("appointment.changed") happened to `subject`; `params` hold keys and values, no words."""
    tell_each(kind, [(subject, people, params or {})])


def tell_each(kind: str, tellings: Iterable[Telling]) -> None:
    """The same of many subjects of one kind at once, as cheaply as of one."""
    told = [(subject, sorted(set(people)), dict(params)) for subject, people, params in tellings]
    if told:
        for carrier in _carriers:
            carrier(kind, told)
