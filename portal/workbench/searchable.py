"""Which kinds can be found by their words: each app names once the columns in which the words of its kind stand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from portal import subjects
from portal.web import entrances


@dataclass(frozen=True)
class Searchable:
    """A kind that search knows. `label` names it in a list, `words` are the rest; all are columns of its own row, and whoever
    may open a row may read them all. `number` is the column of its reference. `at` says on whose page a row stands that has none
    of its own: (kind, column), the first that is not empty. `about` are the columns of kind and id of what a row is said about:
    it is found as that, by whoever may open that. `page` is the address of a row by its id, where its subject knows none."""

    kind: str
    label: Sequence[str]
    words: Sequence[str] = ()
    number: str = ""
    at: Sequence[tuple[str, str]] = ()
    about: tuple[str, str] | tuple[()] = ()
    page: Callable[[int], str] | None = None
    kept_out: Q | None = None  # rows that nobody finds by their words, not even whoever may open them

    @property
    def subject(self) -> subjects.Subject:
        return subjects.of_kind(self.kind)

    def column(self, name: str) -> str:
        return self.subject.model_class._meta.get_field(name).column


_searchable: dict[str, Searchable] = {}
_besides: dict[str, list[Callable[[int], str]]] = {}


def register(*kinds: Searchable) -> None:
    """Once per kind, in the app's ready(). Raises ValueError when the kind is taken."""
    for one in kinds:
        if one.kind in _searchable:
            raise ValueError(f"{one.kind} is registered already")
        _searchable[one.kind] = one


def lead_besides(kind: str, page: Callable[[int], str]) -> None:
    """Where whoever may not open the page of `kind` is led instead; the first that they may open, in the order told."""
    _besides.setdefault(kind, []).append(page)


def all_kinds() -> Mapping[str, Searchable]:
    return _searchable


def address(kind: str, pk: int) -> str:
    """The page of a subject that has one of its own, from its id alone."""
    if (one := _searchable.get(kind)) is not None and one.page is not None:
        return one.page(pk)
    subject = subjects.of_kind(kind)
    return subject.url(subject.model_class(pk=pk))


def address_for(user: Any, kind: str, pk: int) -> str:
    """The page to which a row of `kind` leads `user`, "" where they may open none."""
    pages = (address(kind, pk), *(page(pk) for page in _besides.get(kind, ())))
    return next((page for page in pages if entrances.may_open(user, page)), "")
