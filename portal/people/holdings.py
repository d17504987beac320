"""What one person holds: each app names its groups once, in its ready(), with the verb that passes one row on.

`leaving` reads the groups, shows them to whoever hands over, and passes everything on in one step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet
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
    """Everything `person` holds, as `actor` may see it; groups without a row are left out. At most three queries a group."""
    return [held for group in groups() if (held := _held(group, person, actor)) is not None]


def ids(person: User) -> dict[str, list[int]]:
    """The ids of everything `person` holds, by group: what a hand-over compares with what was on the screen."""
    return {group.key: sorted(group.rows(person).values_list("pk", flat=True)) for group in groups()}


def _held(group: Group, person: User, actor: User) -> Held | None:
    rows = group.rows(person)
    count = rows.count()
    if not count:
        return None
    if not group.kind:
        return Held(group, count, [Row(row.pk, group.say(row), "") for row in rows.order_by("pk")[:ROWS_SHOWN]], 0)
    subject = subjects.of_kind(group.kind)
    visible = subject.visible_to(actor).filter(pk__in=rows.values("pk"))
    hidden = count - visible.count()
    named = [Row(row.pk, subject.label(row), _url(subject, row)) for row in visible.order_by("pk")[:ROWS_SHOWN]]
    kept_back = group.keeps_back(person, actor) if group.keeps_back else ""
    return Held(group, count, named, hidden, kept_back)


def _url(subject: subjects.Subject, row: Model) -> str:
    return subject.url(row)
