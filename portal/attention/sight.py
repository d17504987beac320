"""Who of several people may open what: a few queries, however many they are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Model, Value

from portal import subjects
from portal.people import access
from portal.people.models import User

_PEOPLE_AT_ONCE = 100


def of_many(kind: str, people: Mapping[int, set[int]], able: Mapping[int, User]) -> Iterator[tuple[int, int]]:
    """(person, subject) wherever one of `able` may open one of those subjects that `people` asks of them."""
    subject = subjects.of_kind(kind)
    rows = [
        subject.visible_to(able[pk]).filter(pk__in=ids).order_by().annotate(asked_for=Value(pk)).values_list("asked_for", "pk")
        for pk, ids in people.items()
    ]
    for start in range(0, len(rows), _PEOPLE_AT_ONCE):
        first, *others = rows[start : start + _PEOPLE_AT_ONCE]
        yield from first.union(*others, all=True)


def of_one(kind: str, row: Model, people: Iterable[Any]) -> set[int]:
    """The ids of those who may open `row`: two queries."""
    able = {person.pk: person for person in people if person.is_active}
    if not able:
        return set()
    access.read_grants(list(able.values()))
    return {person for person, _subject in of_many(kind, {pk: {row.pk} for pk in able}, able)}
