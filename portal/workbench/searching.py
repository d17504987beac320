"""Finds by words, over everything one may see of all kinds: what is typed as a number first, then by where the words stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import Case, Count, Exists, F, FloatField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from portal import subjects
from portal.people.access import OPEN_TO_ALL
from portal.web import entrances
from portal.workbench import searchable, snippets
from portal.workbench.models import SearchEntry

SHORTEST, LONGEST = 2, 200  # letters of a question
SIZE, MOST_PAGES = 25, 20
_SHOWN = ("kind", "subject_id", "at_kind", "at_id", "number", "label", "words", "rank")


_ASKED = """
    WITH asked AS MATERIALIZED (SELECT search_query(%(q)s) AS query, search_reference(%(q)s) AS reference)
    SELECT query::text, reference,
        tsvector_to_array(to_tsvector('public.concord', search_plain(%(q)s) || ' ' || search_spelled(%(q)s))),
        ARRAY(
            SELECT kind FROM workbench_searchentry WHERE document @@ (SELECT query FROM asked)
            UNION SELECT kind FROM workbench_searchentry
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
    kinds: frozenset[str] = frozenset()  # that hold the words somewhere, seen or not: of the others nothing has to be asked


def kinds_for(user: Any, scopes: Collection[str] | None = None) -> list[str]:
    """The kinds whose pages `user` may open, and of those what a token's `scopes` read."""
    return [one.kind for one in searchable.all_kinds().values() if _may_read(one, user, scopes)]


def find(user: Any, words: str, *, kind: str = "", page: int = 1, size: int = SIZE, scopes: Collection[str] | None = None) -> Found:
    """At most `size` hits of one page, best first. Three queries at most, whatever is found."""
    asked = _read(words)
    kinds = [one for one in kinds_for(user, scopes) if one in asked.kinds]
    if not kinds:
        return Found(page=page)
    counts = _counted([_entries(one, user, asked) for one in kinds])
    tabs = [Tab(name, str(subjects.of_kind(name).plural), number) for name, number in counts]
    total = sum(tab.count for tab in tabs if not kind or tab.kind == kind)
    wanted = [tab.kind for tab in tabs if not kind or tab.kind == kind]
    hits = _hits([_entries(one, user, asked) for one in wanted], asked, (page - 1) * size, size) if total else []
    left = page * size < total
    return Found(hits, tabs, total, page, has_more=left and page < MOST_PAGES, is_cut=left and page >= MOST_PAGES)


def first(user: Any, words: str, size: int) -> list[Hit]:
    """The best hits alone, uncounted: while somebody is typing. Two queries."""
    asked = _read(words)
    kinds = [one for one in kinds_for(user) if one in asked.kinds]
    if not kinds:
        return []
    return _hits([_entries(one, user, asked) for one in kinds], asked, 0, size)


def _may_read(one: searchable.Searchable, user: Any, scopes: Collection[str] | None) -> bool:
    resource = one.subject.resource
    if scopes is not None and not {f"{resource}:read", f"{resource}:write"} & set(scopes):
        return False
    homes = {kind for kind, _column in one.at} or {one.kind}
    needed = {entrances.permission_at(searchable.address(kind, 1)) for kind in homes}
    return all(permission == OPEN_TO_ALL or user.has_perm(permission) for permission in needed)


def _read(words: str) -> Asked:
    if len(words.strip()) < SHORTEST:
        return Asked("", "")
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, {"q": words.replace("\x00", " ")[:LONGEST]})
        query, reference, stems, kinds = cursor.fetchone()
    return Asked(query or "", reference, stems, frozenset(kinds))


def _entries(kind: str, user: Any, asked: Asked) -> QuerySet[SearchEntry]:
    told = Q(document=_query(asked)) if asked.query else Q(pk__in=())
    if asked.reference:
        told |= Q(reference=asked.reference)
    seen = subjects.of_kind(kind).visible_to(user).select_related(None).prefetch_related(None).order_by()
    if (kept_out := searchable.all_kinds()[kind].kept_out) is not None:
        seen = seen.exclude(kept_out)
    return SearchEntry.objects.filter(told, kind=kind).filter(Exists(seen.filter(pk=OuterRef("subject_id"))))


def _query(asked: Asked) -> SearchQuery:
    return SearchQuery(asked.query, config="simple", search_type="raw")  # its words are stems already


def _counted(parts: Sequence[QuerySet]) -> list[tuple[str, int]]:
    counts = [part.order_by().values_list("kind").annotate(number=Count("pk")) for part in parts]
    return sorted(_union(counts), key=lambda row: (-row[1], row[0]))


def _hits(parts: Sequence[QuerySet], asked: Asked, start: int, size: int) -> list[Hit]:
    by_reference = When(reference=asked.reference, then=Value(10.0)) if asked.reference else When(pk__in=(), then=Value(10.0))
    by_words = Cast(SearchRank(F("document"), _query(asked)), FloatField()) if asked.query else Value(0.0)
    rank = Case(by_reference, default=by_words, output_field=FloatField())
    best = ("-rank", "kind", "-subject_id")
    ranked = [part.annotate(rank=rank).values(*_SHOWN).order_by(*best)[: start + size] for part in parts]
    rows = _union(ranked).order_by(*best)[start : start + size] if len(ranked) > 1 else ranked[0][start:]
    return [_hit(row, asked) for row in rows]


def _union(parts: Sequence[QuerySet]) -> QuerySet:
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _hit(row: dict[str, Any], asked: Asked) -> Hit:
    return Hit(
        kind=row["kind"],
        subject_id=row["subject_id"],
        word=str(subjects.of_kind(row["kind"]).word),
        number=row["number"],
        label=row["label"],
        pieces=snippets.excerpt(row["words"], asked.stems),
        url=searchable.address(row["at_kind"], row["at_id"]),
    )
