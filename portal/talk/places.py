"""One subject of any kind, as its address names it: by kind and by id or number."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import Http404
from django.urls import reverse
from django.utils.text import capfirst

from portal import subjects, turns


@dataclass(frozen=True)
class Place:
    """A subject that the reader may open."""

    kind: str
    row: Model

    @property
    def subject(self) -> subjects.Subject:
        return subjects.of_kind(self.kind)

    @property
    def pk(self) -> int:
        return self.row.pk

    @property
    def label(self) -> str:
        return self.subject.label(self.row)

    @property
    def short(self) -> str:
        """R-0017, or what it is called where it has no number."""
        return getattr(self.row, "number", "") if isinstance(getattr(self.row, "number", None), str) else self.label

    @property
    def word(self) -> str:
        return capfirst(str(self.subject.word))

    @property
    def url(self) -> str:
        """Its own page, "" where it has none."""
        return self.subject.url(self.row)

    @property
    def about_url(self) -> str:
        return address(self.kind, self.row.pk)


def address(kind: str, reference: Any) -> str:
    """Where everything that is said about one subject stands."""
    return reverse("talk:about", args=[kind, reference])


def take_turn(place: Place) -> None:
    """Until the transaction ends, others wait for their turn with this subject; not by its row, which may be append-only."""
    turns.wait_for(f"about {place.kind} {place.pk}")


def find(kind: str, reference: Any, user: Any) -> Place:
    """Raises Http404 where there is no such subject that `user` may open, or one of which nothing is said."""
    subject = subjects.of_kind(kind)
    row = subjects.by_reference(subject.visible_to(user), reference) if subject.is_spoken_of else None
    if row is None:
        raise Http404
    return Place(kind, row)
