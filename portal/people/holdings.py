"""What one person holds: each app names its groups once, in its ready(), with the verb that passes one row on.

`leaving` reads the groups, shows them to whoever hands over, and passes everything on in one step.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import CharField, Model, QuerySet, Value
from django.utils.functional import Promise

from portal import subjects
from portal.people.models import User

ROWS_SHOWN = 50


class Way(StrEnum):
    """What becomes of a group when its holder leaves."""

    SUCCESSOR = "SUCCESSOR"  # somebody takes each row over
    OFFER = "OFFER"  # it ends, and somebody may be given the same
    ENDS = "ENDS"  # it ends with the account
    ASK = "ASK"  # it stays, unless whoever hands over lets it end
    TWO_PEOPLE = "TWO_PEOPLE"  # never passed on here: two people change it first


@dataclass(frozen=True)
class Group:
    """One kind of thing that people hold. Groups are passed on in rising `order`."""

    key: str  # "risks-as-it-owner": in forms, audit entries and answers
    label: str | Promise  # "Risks they answer for as IT owner"
    rows: Callable[[User], QuerySet]  # what the person holds of it
    way: Way
    pass_on: Callable[..., None] | None = None  # (row, *, person, successor, actor); the verb of the app
    kind: str = ""  # of portal.subjects, where the rows are subjects: then only visible ones are named
    say: Callable[[Any], str] = str  # the name of a row that is no subject
    word: str | Promise = ""  # what happens to it, in a sentence
    keeps_back: Callable[[User, User], str] | None = None  # (person, actor): what becomes of rows the actor may not open
    order: int = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One thing as the actor may see it."""

    pk: int
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Held:
    """A group of one person as one actor sees it: `count` is all of it, `rows` the first visible ones, `hidden` counts those
    that the actor may not open."""

    group: Group
    count: int
    rows: Sequence[Row]
    hidden: int
    kept_back: str = ""


_groups: dict[str, Group] = {}


def register(group: Group) -> None:
    """Raises ValueError when the key is taken."""
    if group.key in _groups:
        raise ValueError(f"{group.key} is registered already")
    _groups[group.key] = group


def groups() -> list[Group]:
    return sorted(_groups.values(), key=lambda group: (group.order, group.key))


def of(person: User, actor: User) -> list[Held]:
    """Everything `person` holds, as `actor` may see it; groups without a row are left out."""
    return seen(person, actor)[0]


def seen(person: User, actor: User) -> tuple[list[Held], dict[str, list[int]]]:
    """The same and what `ids` says. One query for all ids and for those the actor may open, and one a kind or group to name
    them."""
    known, openable = _known(person, actor)
    held = {group: known[group.key] for group in groups() if known[group.key]}
    shown = {group: openable.get(group.key, pks)[:ROWS_SHOWN] for group, pks in held.items()}
    rows = _rows(shown, person, actor)
    return [_held(group, pks, openable.get(group.key, pks), rows[group], person, actor) for group, pks in held.items()], known


def ids(person: User) -> dict[str, list[int]]:
    """The ids of everything `person` holds, by group: what a hand-over compares with what was on the screen. One query."""
    return _sorted(_united({group.key: group.rows(person) for group in groups()}), [group.key for group in groups()])


OPEN = "open "  # before the key of a group: those of its rows that the actor may open


def _known(person: User, actor: User) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """By group all ids, and of groups of subjects those that `actor` may open."""
    parts = {group.key: group.rows(person) for group in groups()}
    kinds = {group.key: subjects.of_kind(group.kind) for group in groups() if group.kind}
    opened = {OPEN + key: kind.visible_to(actor).filter(pk__in=parts[key].values("pk")) for key, kind in kinds.items()}
    found = _sorted(_united(parts | opened), [*parts, *opened])
    return {key: found[key] for key in parts}, {key: found[OPEN + key] for key in kinds}


def _sorted(pairs: Sequence[tuple[str, int]], keys: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {key: [] for key in keys}
    for key, pk in pairs:
        found[key].append(pk)
    return {key: sorted(pks) for key, pks in found.items()}


def _united(querysets: Mapping[str, QuerySet]) -> list[tuple[str, int]]:
    """(key, id) of every row of all of them in one query."""
    parts = [
        rows.order_by().annotate(holding=Value(key, output_field=CharField())).values_list("holding", "pk")
        for key, rows in querysets.items()
    ]
    return list(parts[0].union(*parts[1:], all=True)) if parts else []


def _rows(shown: Mapping[Group, Sequence[int]], person: User, actor: User) -> dict[Group, list[Row]]:
    """The rows to name: those of one kind are read together."""
    by_kind: dict[str, set[int]] = {}
    for group, pks in shown.items():
        if group.kind:
            by_kind.setdefault(group.kind, set()).update(pks)
    read = {kind: subjects.of_kind(kind).visible_to(actor).in_bulk(pks) for kind, pks in by_kind.items()}
    return {group: list(_named(group, pks, read, person)) for group, pks in shown.items()}


def _named(group: Group, pks: Sequence[int], read: Mapping[str, Mapping[int, Model]], person: User) -> Iterator[Row]:
    if not group.kind:
        yield from (Row(row.pk, group.say(row), "") for row in group.rows(person).order_by("pk").filter(pk__in=pks))
        return
    subject = subjects.of_kind(group.kind)
    for row in filter(None, map(read[group.kind].get, pks)):
        yield Row(row.pk, subject.label(row), subject.url(row))


def _held(group: Group, pks: Sequence[int], opened: Sequence[int], rows: Sequence[Row], person: User, actor: User) -> Held:
    hidden = len(pks) - len(opened)
    kept_back = group.keeps_back(person, actor) if group.keeps_back and hidden else ""
    return Held(group, len(pks), rows, hidden, kept_back)
