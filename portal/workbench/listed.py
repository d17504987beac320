"""Which kinds have lists: each app says once what columns, filters and editable fields its kind has; the rest is done here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.web import directory

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed set: programs read the key, people the word."""

    key: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class Column:
    """One thing a list can show. `read` gives text, a number, a day, a moment, yes or no, a Choice, a person, a unit, or None.
    `sort` is a path of fields or an expression, "" where rows cannot be put in its order; `groups` where few values repeat."""

    name: str
    label: Text
    read: Callable[[Any], Any]
    sort: Any = ""
    groups: bool = False
    stands: bool = True  # shown where the address chooses no columns
    is_number: bool = False
    beside: Sequence[str] = ()  # what it is read from beside the row: names to prefetch, where it is shown
    say: Callable[[Any], str] | None = None  # on the page, where it is not said as such values usually are


@dataclass(frozen=True)
class Filter:
    """One name in the address that narrows the list. `options(user)` are (value, label); None: it takes words; `asked` False:
    it is not offered in the form, but links set it; `otherwise` is what holds where the address says nothing."""

    name: str
    label: Text
    options: Callable[[Any], Sequence[tuple[Any, Text]]] | None = None
    asked: bool = True
    otherwise: str = ""


@dataclass(frozen=True)
class Listed:
    """A kind with a list. `find(user, params)` are the rows that `user` may open and the address asks for, with all that its
    columns read; `hidden(user, params)` how many count besides; `page` is the address of the list people know; `change` is the
    verb for its `editable` fields."""

    kind: str
    permission: str
    page: str
    find: Callable[[Any, Mapping[str, str]], QuerySet]
    columns: Sequence[Column]
    filters: Sequence[Filter]
    sort: str = "number"  # a column, with a minus where it falls
    hidden: Callable[[Any, Mapping[str, str]], int] = lambda user, params: 0
    editable: Sequence[Any] = ()  # portal.workbench.editing.Editable
    change: Callable[..., Any] | None = None  # the verb: change(row, actor=…, version=…, **fields)
    write_permission: str = ""
    open_to: Callable[[Any, Any], None] = lambda row, actor: None  # (row, actor): raises what the verb refuses of any field

    @property
    def subject(self) -> subjects.Subject:
        return subjects.of_kind(self.kind)

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def heading(self) -> str:
        """The column that names a row."""
        return next((name for name in ("title", "name", "product") if name in self.by_name), self.columns[0].name)

    @property
    def filter_names(self) -> frozenset[str]:
        return frozenset(one.name for one in self.filters)

    @property
    def url(self) -> str:
        return reverse(f"workbench:list-{self.kind}")


_listed: dict[str, Listed] = {}
_extension: list[Callable[[Listed], Listed]] = [lambda kind: kind]


def extend_with(extended: Callable[[Listed], Listed]) -> None:
    """What administrators add to kinds (custom_fields), said once when the app is ready."""
    _extension[0] = extended


def register(kind: Listed) -> None:
    """Once per kind, in the app's ready(). Raises ValueError when the kind is taken, or names a thing twice."""
    if kind.kind in _listed:
        raise ValueError(f"{kind.kind} is registered already")
    names = [one.name for one in (*kind.columns, *kind.filters)]
    if len(set(names[: len(kind.columns)])) < len(kind.columns) or kind.sort.lstrip("-") not in kind.by_name:
        raise ValueError(f"the columns of {kind.kind} are named twice, or do not hold its order")
    _listed[kind.kind] = kind


def of_kind(kind: str) -> Listed:
    """Raises Http404 for an unknown kind: kinds come from addresses."""
    try:
        return _listed[kind]
    except KeyError:
        raise Http404 from None


def as_defined(kind: str) -> Listed:
    """The same with the fields and tags that were added to it in this portal. One query after somebody defined something."""
    return _extension[0](of_kind(kind))


def all_kinds() -> Mapping[str, Listed]:
    return _listed


def places() -> list[directory.Place]:
    """Every list as a page to go to."""
    about = _("As a table of chosen columns, to group, keep and take out.")
    return [directory.Place(f"workbench:list-{one.kind}", capfirst(one.subject.plural), about) for one in _listed.values()]


def text(name: str, label: Text, path: str = "", *, sort: Any = None, **options: Any) -> Column:
    """What stands in a field, or at the end of a path such as "risk.number"; day, moment, yes or no come by themselves."""
    return _plain(name, label, path, sort, **options)


def number(name: str, label: Text, path: str = "", *, sort: Any = None, **options: Any) -> Column:
    return _plain(name, label, path, sort, is_number=True, **options)


def choice(name: str, label: Text, path: str = "", *, sort: Any = None, groups: bool = True, **options: Any) -> Column:
    """A field with choices."""
    path = path or name
    head, _dot, last = path.rpartition(".")

    def read(row: Any) -> Choice | None:
        holder = at(row, head) if head else row
        key = getattr(holder, last, "")
        return Choice(str(key), str(getattr(holder, f"get_{last}_display")())) if key not in ("", None) else None

    return Column(name, label, read, path.replace(".", "__") if sort is None else sort, groups, **options)


def person(name: str, label: Text, path: str = "", **options: Any) -> Column:
    path = path or name
    return Column(name, label, lambda row: at(row, path), f"{path.replace('.', '__')}__name", True, **options)


def unit(name: str, label: Text, path: str = "", **options: Any) -> Column:
    return person(name, label, path, **options)


def at(row: Any, path: str) -> Any:
    """What stands at the end of `path`; None where a step of it is missing."""
    for step in path.split("."):
        try:
            row = getattr(row, step)
        except ObjectDoesNotExist:
            return None
        if row is None:
            return None
    return row


def _plain(name: str, label: Text, path: str, sort: Any, **options: Any) -> Column:
    path = path or name
    return Column(name, label, lambda row: at(row, path), path.replace(".", "__") if sort is None else sort, **options)


def is_row(value: Any) -> bool:
    """Whether a value is a person, a unit or another row."""
    return isinstance(value, Model)
