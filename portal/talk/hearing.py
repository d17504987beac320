"""Whom something said about a subject may reach: people who may open it, and nobody else."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q

from portal.attention import sight
from portal.people.models import User
from portal.talk.errors import NotForThem
from portal.talk.models import Comment
from portal.talk.places import Place

MOST_OFFERED, MOST_MENTIONED = 12, 50
_MOST_ASKED = 30  # of how many people it is asked whether they may open the subject


def check(place: Place, people: Iterable[int], *, known: Collection[int] = ()) -> set[int]:
    """The ids of `people`, all of whom may open the subject; `known` ones were asked before. Raises NotForThem."""
    wanted = set(people)
    fresh = wanted - set(known)
    if len(wanted) > MOST_MENTIONED or (fresh and may_open(place, _persons().filter(pk__in=fresh)) != fresh):
        raise NotForThem
    return wanted


def may_open(place: Place, people: Iterable[User]) -> set[int]:
    return sight.of_one(place.kind, place.row, people)


def offered(place: Place, user: Any, words: str = "", chosen: Collection[int] = ()) -> list[User]:
    """Whom `user` may mention here: those `chosen` already, those whose name holds `words`, else those around the subject; only
    who may open it. A few queries, however many people there are."""
    words = words.strip()
    near = Q(name__icontains=words) if words else Q(pk__in=_around(place))
    wanted = _persons().filter(near | Q(pk__in=list(chosen))).exclude(pk=user.pk)
    found = list(wanted.order_by("name", "pk")[:_MOST_ASKED])
    able = may_open(place, found)
    first = [one for one in found if one.pk in able and one.pk in chosen]
    return first + [one for one in found if one.pk in able and one.pk not in chosen][:MOST_OFFERED]


def _persons():
    return User.objects.filter(is_active=True, is_service=False)


def _around(place: Place) -> set[int]:
    """Whom the row names, and who said something about it."""
    named = {
        getattr(place.row, field.attname)
        for field in place.row._meta.concrete_fields
        if field.is_relation and field.related_model is User
    }
    said = Comment.objects.about(place.kind, place.pk).order_by("author").values_list("author", flat=True).distinct()[:_MOST_ASKED]
    return (named | set(said)) - {None}
