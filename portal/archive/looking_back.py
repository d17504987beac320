"""As of a day: what every subject of a kind said at the last moment that was kept, under the rights a reader has today.

A kind joins by saying which facts of its rows are kept and how they are called. When a day begins each row whose facts differ
from its last line gets a new one, so that what is kept grows with what changes. An answer is made from these lines alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal import clock, subjects
from portal.archive.errors import NothingKeptYet, NotOverYet
from portal.archive.models import KeptLine, KeptMoment
from portal.errors import Invalid
from portal.people import organisations

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is kept: `path` from the row, or an expression; `of` says what its value is: "" a word or number as it is,
    "person", "unit", "day", "flag"; `words` for codes. Without a label it is kept and not shown; `brief`: lists show it
    as well; `moves` False: where it alone differs, nothing has moved."""

    name: str
    path: Any
    label: str | Promise = ""
    of: str = ""
    words: Mapping[str, str | Promise] | None = None
    brief: bool = False
    moves: bool = True


@dataclass(frozen=True, slots=True)
class Late:
    """Something that had happened by then, and that the portal was told of afterwards."""

    what: str
    value: str
    happened_at: datetime
    known_at: datetime


@dataclass(frozen=True)
class Kept:
    """A kind whose facts are kept. `stands(facts)`: whether it was on its list then; `list_name` is the address of that list,
    `page` of one; `named` the column of its title, `texts` further columns that people wrote; `adds` the fact that adds up, worst
    first, `groups` the one by whose words it is summed; `narrows(name, told)` what a filter of the address lets through, None
    where it is none, `scopes` the filters that leave a whole whole; `besides(user, facts, seen, holds, is_whole)` what counts
    though `user` may not open it, and whether some of that may be left out; `late(row, moment, user)` what happened before and was
    known only after; `called(facts)` what rows without a title are called, by id, in one query; `part` the template of what else a
    page of then shows of one, told by `reads(row, facts)`."""

    kind: str
    permission: str
    list_name: str
    page: str
    facts: Sequence[Fact]
    stands: Callable[[Facts], bool]
    named: str = "title"
    texts: Sequence[tuple[str, str | Promise]] = ()
    adds: str = ""
    groups: str = ""
    narrows: Callable[[str, str], Callable[[Facts], bool] | None] = lambda name, told: None
    besides: Callable[..., tuple[Sequence[Facts], bool]] = lambda user, facts, seen, holds, is_whole: ((), False)
    scopes: Sequence[str] = ()
    late: Callable[..., Sequence["Late"]] = lambda row, moment, user: ()
    called: Callable[[Mapping[int, Facts]], Mapping[int, str]] = lambda facts: {}
    part: str = ""
    reads: Callable[[Any, Facts], Any] = lambda row, facts: None

    @property
    def model(self) -> type[Model]:
        return subjects.of_kind(self.kind).model_class

    @property
    def versions(self) -> type[Model]:
        return self.model.pgh_event_model

    def rows(self) -> QuerySet:
        """(id, facts) of every row as it stands now, with the version of it that counts."""
        newest = self.versions.objects.filter(pgh_obj=OuterRef("pk")).order_by("-pgh_id").values("pgh_id")[:1]
        told = {one.name: one.path for one in self.facts}
        rows = self.model._default_manager.order_by().annotate(kept_version=Subquery(newest))
        return rows.annotate(kept_facts=JSONObject(row="kept_version", **told)).values_list("pk", "kept_facts")


_kept: dict[str, Kept] = {}


def register(kept: Kept) -> None:
    """Once per kind, in the app's ready(). Raises ValueError when the kind is taken."""
    if kept.kind in _kept:
        raise ValueError(f"{kept.kind} is kept already")
    _kept[kept.kind] = kept


def of_kind(kind: str) -> Kept:
    """Raises Http404 for a kind of which nothing is kept: kinds come from addresses."""
    try:
        return _kept[kind]
    except KeyError:
        raise Http404 from None


def all_kinds() -> Mapping[str, Kept]:
    return _kept


_WRITE = """
    INSERT INTO archive_keptline (moment_id, kind, subject_id, facts)
    SELECT %s, %s, present.id, present.facts FROM ({rows}) AS present (id, facts)
    LEFT JOIN LATERAL (
        SELECT facts FROM archive_keptline WHERE kind = %s AND subject_id = present.id ORDER BY moment_id DESC LIMIT 1
    ) AS last ON true
    WHERE last.facts IS DISTINCT FROM present.facts
"""
_BEGIN = """
    INSERT INTO archive_keptmoment (day, seal_seq, seal_hash, kept_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (day) DO NOTHING RETURNING id
"""


def keep(day: date, seal_seq: int, seal_hash: str) -> int | None:
    """Write down what differs, in the caller's transaction; the number of lines, None where that day is kept already."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [day, seal_seq, seal_hash, clock.now()])
        begun = cursor.fetchone()
        if begun is None:
            return None
        written = 0
        for kind, kept in _kept.items():
            sql, params = kept.rows().query.sql_with_params()
            cursor.execute(_WRITE.format(rows=sql), [begun[0], kind, *params, kind])
            written += cursor.rowcount
    return written


def moment_at(asked: datetime) -> KeptMoment:
    """The last one kept at or before `asked`. Raises NotOverYet, NothingKeptYet."""
    if asked > clock.now():
        raise NotOverYet
    found = KeptMoment.objects.filter(kept_at__lte=asked).order_by("-kept_at").first()
    if found is None:
        raise NothingKeptYet
    return found


def end_of(day: date) -> datetime:
    """The last moment of `day` in the organisation's zone; of today, this one."""
    end = organisations.morning(day + timedelta(days=1)) - timedelta(microseconds=1)
    return min(end, clock.now()) if day == organisations.today() else end


def day_from(told: str, name: str = "as_of") -> date:
    """The day that an address names. Raises Invalid."""
    try:
        day = date.fromisoformat(told)
    except ValueError:
        day = None
    if day is None or len(told) != 10 or not 2000 <= day.year <= 9000:
        sentence = _("Give a day, as in 2026-06-01.")
        raise Invalid(sentence, {name: [sentence]})
    return day


def lines(kind: str, moment: KeptMoment, ids: Iterable[int] | None = None) -> dict[int, Facts]:
    """What every subject of `kind` said at `moment`, by id, whoever may open it. One query."""
    rows = KeptLine.objects.filter(kind=kind, moment__lte=moment.pk)
    if ids is not None:
        rows = rows.filter(subject_id__in=ids)
    newest = rows.order_by("subject_id", "-moment_id").distinct("subject_id")
    return dict(newest.values_list("subject_id", "facts"))


def words_of(kept: Kept, facts: Iterable[Facts]) -> dict[int, Any]:
    """The versions of rows that `facts` name, by their number: what people had written then. One query."""
    return kept.versions.objects.in_bulk([one["row"] for one in facts if one.get("row")], field_name="pgh_id")
