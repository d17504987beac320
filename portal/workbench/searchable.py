"""Which kinds can be found by their words: each app names once the columns in which the words of its kind stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from portal import subjects


@dataclass(frozen=True)
class Searchable:
    """A kind that search knows. `label` names it in a list, `words` are the rest; all are columns of its own row, and whoever
    may open a row may read them all. `number` is the column of its reference. `at` says on whose page a row stands that has none
    of its own: (kind, column), the first that is not empty."""

    kind: str
    label: Sequence[str]
    words: Sequence[str] = ()
    number: str = ""
    at: Sequence[tuple[str, str]] = ()
    kept_out: Q | None = None  # rows that nobody finds by their words, not even whoever may open them

    @property
    def subject(self) -> subjects.Subject:
        return subjects.of_kind(self.kind)

    def column(self, name: str) -> str:
        return self.subject.model_class._meta.get_field(name).column


_searchable: dict[str, Searchable] = {}


def register(*kinds: Searchable) -> None:
    """Once per kind, in the app's ready(). Raises ValueError when the kind is taken."""
    for one in kinds:
        if one.kind in _searchable:
            raise ValueError(f"{one.kind} is registered already")
        _searchable[one.kind] = one


def all_kinds() -> Mapping[str, Searchable]:
    return _searchable


def address(kind: str, pk: int) -> str:
    """The page of a subject that has one of its own, from its id alone."""
    subject = subjects.of_kind(kind)
    return subject.url(subject.model_class(pk=pk))
