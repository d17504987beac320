"""Finds by words, over everything one may see of all kinds: what is typed as a number first, then by where the words stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import Case, Count, Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.text import capfirst

from portal import subjects
from portal.web import entrances
from portal.workbench import searchable, snippets
from portal.workbench.models import SearchEntry

SHORTEST, LONGEST = 2, 200  # letters of a question
SIZE, MOST_PAGES = 25, 20
OF_WHAT_IS_SAID = 0.5  # of the rank: a thing comes before what was said about it
_SHOWN = ("kind", "subject_id", "at_kind", "at_id", "number", "label", "words", "about_number", "about_label", "rank")


_ASKED = """
    WITH asked AS MATERIALIZED (SELECT search_query(%(q)s) AS query, search_reference(%(q)s) AS reference)
    SELECT query::text, reference,
        tsvector_to_array(to_tsvector('public.concord', search_plain(%(q)s) || ' ' || search_spelled(%(q)s))),
        ARRAY(
            SELECT kind || ' ' || at_kind FROM workbench_searchentry WHERE document @@ (SELECT query FROM asked)
            UNION SELECT kind || ' ' || at_kind FROM workbench_searchentry
            WHERE reference <> '' AND reference = (SELECT nullif(reference, '') FROM asked)
        )
    FROM asked
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One subject that was found. `pieces` is an excerpt of its words, (text, whether it was looked for)."""

    kind: str
    subject_id: int
    word: str
    number: str
    label: str
    pieces: Sequence[tuple[str, bool]]
    url: str

    @property
    def snippet(self) -> str:
        return "".join(text for text, _is_hit in self.pieces)


@dataclass(frozen=True, slots=True)
class Tab:
    kind: str
    plural: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits; `tabs` counts all of them by kind, most first, and only what the reader may open."""

    hits: Sequence[Hit] = ()
    tabs: Sequence[Tab] = ()
    total: int = 0  # of the kind that was asked for
    page: int = 1
    has_more: bool = False
    is_cut: bool = False  # there are more than anybody would read


@dataclass(frozen=True)
class Asked:
    """A question as the database reads it: `query` "" where nothing can be found by it."""

    query: str
    reference: str
    stems: Sequence[str] = field(default=())
    places: frozenset[tuple[str, str]] = frozenset()  # (kind, kind of what it stands on) that hold the words, seen or not


@dataclass(frozen=True, slots=True)
class Reach:
    """What one person is looked for among: kinds with pages they may open, within the scopes of a token."""

    user: Any
    scopes: Collection[str] | None

    def parts(self, asked: Asked) -> list[tuple[str, QuerySet[SearchEntry]]]:
        """By kind the entries that hold the words and that the person may open; of what is said about others, one a kind of
        these. Kinds of which no row holds the words are not asked."""
        found = []
        for name, one in searchable.all_kinds().items():
            places = {at for kind, at in asked.places if kind == name}
            if not places or not self.may_read(one):
                continue
            if not one.about:
                found.append((name, _entries(name, self.user, asked)))
            found += [(name, _said(name, at, self.user, asked)) for at in sorted(places) if one.about and self.may_read_about(at)]
        return found

    def may_read(self, one: searchable.Searchable) -> bool:
        homes = {kind for kind, _column in one.at} or {one.kind}
        return self.is_in_scope(one.kind) and all(searchable.address_for(self.user, kind, 1) for kind in homes)

    def may_read_about(self, kind: str) -> bool:
        """Whether things of `kind` are spoken of, on a page that the person may open."""
        subject = subjects.all_kinds().get(kind)
        if subject is None or not subject.is_spoken_of or not self.is_in_scope(kind):
            return False
        return not subject.page or entrances.may_open(self.user, reverse(subject.page, args=[1]))

    def is_in_scope(self, kind: str) -> bool:
        resource = subjects.of_kind(kind).resource
        return self.scopes is None or bool({f"{resource}:read", f"{resource}:write"} & set(self.scopes))


def kinds_for(user: Any, scopes: Collection[str] | None = None) -> list[str]:
    """The kinds whose pages `user` may open, and of those what a token's `scopes` read."""
    reach = Reach(user, scopes)
    return [one.kind for one in searchable.all_kinds().values() if reach.may_read(one)]


def find(user: Any, words: str, *, kind: str = "", page: int = 1, size: int = SIZE, scopes: Collection[str] | None = None) -> Found:
    """At most `size` hits of one page, best first. Three queries at most, whatever is found."""
    asked = _read(words)
    parts = Reach(user, scopes).parts(asked)
    if not parts:
        return Found(page=page)
    counts = _counted([part for _name, part in parts])
    tabs = [Tab(name, str(subjects.of_kind(name).plural), number) for name, number in counts]
    total = sum(tab.count for tab in tabs if not kind or tab.kind == kind)
    wanted = [part for name, part in parts if (kind or name) == name and name in dict(counts)]
    hits = _hits(wanted, asked, user, (page - 1) * size, size) if total else []
    left = page * size < total
    return Found(hits, tabs, total, page, has_more=left and page < MOST_PAGES, is_cut=left and page >= MOST_PAGES)


def first(user: Any, words: str, size: int) -> list[Hit]:
    """The best hits alone, uncounted: while somebody is typing. Two queries."""
    asked = _read(words)
    parts = [part for _name, part in Reach(user, None).parts(asked)]
    return _hits(parts, asked, user, 0, size) if parts else []


def _read(words: str) -> Asked:
    if len(words.strip()) < SHORTEST:
        return Asked("", "")
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"q": words.replace("\x00", " ")[:LONGEST]})
        query, reference, stems, places = cursor.fetchone()
    return Asked(query or "", reference, stems, frozenset(tuple(place.split(" ")) for place in places))


def _entries(kind: str, user: Any, asked: Asked) -> QuerySet[SearchEntry]:
    return _told(kind, asked).filter(Exists(_seen(kind, user).filter(pk=OuterRef("subject_id"))))


def _said(kind: str, about: str, user: Any, asked: Asked) -> QuerySet[SearchEntry]:
    """What is said about things of one kind, called as these are in the index."""
    thing = SearchEntry.objects.filter(kind=about, subject_id=OuterRef("at_id"))
    said = _told(kind, asked).filter(Exists(_seen(about, user).filter(pk=OuterRef("at_id"))), at_kind=about)
    named = {"about_label": Subquery(thing.values("label")), "about_number": Subquery(thing.values("number"))}
    return said.annotate(**named, weight=Value(OF_WHAT_IS_SAID))


def _told(kind: str, asked: Asked) -> QuerySet[SearchEntry]:
    told = Q(document=_query(asked)) if asked.query else Q(pk__in=())
    if asked.reference:
        told |= Q(reference=asked.reference)
    nothing = Value("", output_field=TextField())
    return SearchEntry.objects.filter(told, kind=kind).annotate(about_label=nothing, about_number=nothing, weight=Value(1.0))


def _seen(kind: str, user: Any) -> QuerySet:
    """The rows of one kind that `user` may find."""
    seen = subjects.of_kind(kind).visible_to(user).select_related(None).prefetch_related(None).order_by()
    kept_out = one.kept_out if (one := searchable.all_kinds().get(kind)) is not None else None
    return seen if kept_out is None else seen.exclude(kept_out)


def _query(asked: Asked) -> SearchQuery:
    return SearchQuery(asked.query, config="simple", search_type="raw")  # its words are stems already


def _counted(parts: Sequence[QuerySet]) -> list[tuple[str, int]]:
    counts = [part.order_by().values_list("kind").annotate(number=Count("pk")) for part in parts]
    whole: dict[str, int] = {}
    for name, number in _union(counts):
        whole[name] = whole.get(name, 0) + number
    return sorted(whole.items(), key=lambda row: (-row[1], row[0]))


def _hits(parts: Sequence[QuerySet], asked: Asked, user: Any, start: int, size: int) -> list[Hit]:
    by_reference = When(reference=asked.reference, then=Value(10.0)) if asked.reference else When(pk__in=(), then=Value(10.0))
    by_words = Cast(SearchRank(F("document"), _query(asked)), FloatField()) * F("weight") if asked.query else Value(0.0)
    rank = Case(by_reference, default=by_words, output_field=FloatField())
    best = ("-rank", "kind", "-subject_id")
    ranked = [part.annotate(rank=rank).values(*_SHOWN).order_by(*best)[: start + size] for part in parts]
    rows = _union(ranked).order_by(*best)[start : start + size] if len(ranked) > 1 else ranked[0][start:]
    return [_hit(row, asked, user) for row in rows]


def _union(parts: Sequence[QuerySet]) -> QuerySet:
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _hit(row: dict[str, Any], asked: Asked, user: Any) -> Hit:
    place, is_about = (row["at_kind"], row["at_id"]), bool(searchable.all_kinds()[row["kind"]].about)
    if is_about:
        place = (row["kind"], row["subject_id"])
    return Hit(
        kind=row["kind"],
        subject_id=row["subject_id"],
        word=str(subjects.of_kind(row["kind"]).word),
        number=row["about_number"] or row["number"] or "",
        label=row["about_label"] or row["label"] or capfirst(str(subjects.of_kind(row["at_kind"]).word)),
        pieces=snippets.excerpt(row["words"], asked.stems),
        url=searchable.address_for(user, *place),
    )
