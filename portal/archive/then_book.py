"""A list, a comparison of two days, and one subject as they stood then: what was kept, in words, for one reader."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import Value
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import subjects
from portal.archive import looking_back
from portal.archive.errors import NothingKeptYet
from portal.archive.looking_back import Fact, Facts, Kept, Late
from portal.archive.models import KeptMoment
from portal.errors import Invalid
from portal.people.models import Unit, User
from portal.web import listing, shown

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One subject as it stood: what it was called, and what else was kept of it as (label, word), in lists the `brief` alone."""

    id: int
    facts: Facts
    label: str
    cells: Sequence[tuple[str, str]]
    brief: Sequence[tuple[str, str]]
    points: Decimal | None
    today_url: str
    url: str


@dataclass(frozen=True, slots=True)
class Sum:
    """How many, and how many points [each down to whole points as it is written, so that sums tie out]."""

    count: int = 0
    points: Decimal = Decimal(0)


@dataclass(frozen=True)
class Then:
    """A list as it stood at `moment`; `besides` counts what the reader may not open."""

    kept: Kept
    day: date
    moment: KeptMoment
    rows: Sequence[Row]
    seen: Sum
    besides: Sum
    left_out: bool
    shown_from: int
    next_url: str
    previous_url: str

    @property
    def all(self) -> Sum:
        return Sum(self.seen.count + self.besides.count, self.seen.points + self.besides.points)


@dataclass(frozen=True, slots=True)
class Moved:
    """One subject of both days that differs: what differs as (label, then, later), and by how many points."""

    row: Row
    changes: Sequence[tuple[str, str, str]]
    points: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """One group of both days: `before` + entered + came in − left − went out = `after`, in rows; points on both days."""

    word: str
    before: Sum
    entered: int
    came: int
    left: int
    went: int
    after: Sum


@dataclass(frozen=True)
class Compared:
    """Two days of one list. `before` + entered − left + moved = `after`, in subjects and in points, for those that one may open;
    `besides` is what counts and is not opened, on both days."""

    kept: Kept
    days: tuple[date, date]
    moments: tuple[KeptMoment, KeptMoment]
    before: Sum
    after: Sum
    entered: Sequence[Row]
    left: Sequence[Row]
    moved: Sequence[Moved]
    bands: Sequence[Band]
    besides: tuple[Sum, Sum]
    left_out: bool

    @property
    def points_entered(self) -> Decimal:
        return sum((written(row.points) for row in self.entered), Decimal(0))

    @property
    def points_left(self) -> Decimal:
        return -sum((written(row.points) for row in self.left), Decimal(0))

    @property
    def points_moved(self) -> Decimal:
        return sum((one.points for one in self.moved), Decimal(0))

    @property
    def all(self) -> tuple[Sum, Sum]:
        one, two = self.besides
        return (
            Sum(self.before.count + one.count, self.before.points + one.points),
            Sum(self.after.count + two.count, self.after.points + two.points),
        )


@dataclass(frozen=True)
class One:
    """One subject as it stood, what people had written then, and what was told late."""

    kept: Kept
    day: date
    moment: KeptMoment
    row: Row
    texts: Sequence[tuple[str, str]]
    late: Sequence[Late]
    part: Any = None  # what the kind shows besides


@dataclass(frozen=True)
class _Names:
    people: Mapping[int, str] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)


def listed(kept: Kept, day: date, user: Any, params: Mapping[str, str]) -> Then:
    """The list as it stood on `day`. Six queries at most. Raises NotOverYet, NothingKeptYet, Invalid."""
    moment = looking_back.moment_at(looking_back.end_of(day))
    holds, is_whole = _asked(kept, params)
    facts = looking_back.lines(kept.kind, moment)
    mine = _mine(kept, facts, user)
    found = {pk: facts[pk] for pk in mine if holds(facts[pk])}
    others, left_out = kept.besides(user, facts, mine, holds, is_whole)
    order = sorted(found, key=lambda pk: (-(points_of(kept, found[pk]) or Decimal(-1)), pk))
    start = _start(params)
    shown_now = {pk: found[pk] for pk in order[start : start + PAGE]}
    later, earlier = start + PAGE if len(order) > start + PAGE else None, max(start - PAGE, 0) if start else None
    return Then(
        kept,
        day,
        moment,
        _rows(kept, day, shown_now, looking_back.words_of(kept, shown_now.values())),
        _sum(kept, found.values()),
        _sum(kept, others),
        left_out,
        start,
        "" if later is None else listing.address(params, start=later),
        "" if earlier is None else listing.address(params, start=earlier or None),
    )


def compared(kept: Kept, day: date, other: date, user: Any, params: Mapping[str, str]) -> Compared:
    """What entered, left and moved between two days, the earlier first. Eight queries at most. Raises as `listed`."""
    days = (min(day, other), max(day, other))
    moments = tuple(looking_back.moment_at(looking_back.end_of(one)) for one in days)
    holds, is_whole = _asked(kept, params)
    facts = [looking_back.lines(kept.kind, one) for one in moments]
    seen = set(_mine(kept, facts[0] | facts[1], user))
    then, now = ({pk: one for pk, one in told.items() if pk in seen and holds(one)} for told in facts)
    besides = [kept.besides(user, told, _mine(kept, told, user, seen), holds, is_whole) for told in facts]
    newest = {pk: now.get(pk) or then[pk] for pk in sorted({**then, **now}) if then.get(pk) != now.get(pk)}
    known = {row.id: row for row in _rows(kept, days[1], newest, looking_back.words_of(kept, newest.values()))}
    old = {row.id: row for row in _rows(kept, days[0], {pk: then[pk] for pk in newest if pk in then}, {})}
    moved = [_moved(kept, old[pk], known[pk]) for pk in then if pk in now and then[pk] != now[pk]]
    return Compared(
        kept,
        days,
        (moments[0], moments[1]),
        _sum(kept, then.values()),
        _sum(kept, now.values()),
        [known[pk] for pk in now if pk not in then],
        [known[pk] for pk in then if pk not in now],
        sorted((one for one in moved if one.changes or one.points), key=lambda one: (-abs(one.points), one.row.id)),
        _bands(kept, then, now),
        (_sum(kept, besides[0][0]), _sum(kept, besides[1][0])),
        besides[0][1] or besides[1][1],
    )


def one(kept: Kept, subject: Any, day: date, user: Any) -> One:
    """`subject`, which `user` may open, as it stood on `day`. Raises NotOverYet, NothingKeptYet."""
    moment = looking_back.moment_at(looking_back.end_of(day))
    facts = looking_back.lines(kept.kind, moment, [subject.pk])
    if not facts:
        raise NothingKeptYet
    versions = looking_back.words_of(kept, facts.values())
    row = _rows(kept, day, facts, versions)[0]
    version = versions.get(row.facts["row"])
    texts = [(str(label), getattr(version, name)) for name, label in kept.texts if getattr(version, name, "")]
    return One(kept, day, moment, row, texts, kept.late(subject, moment, user), kept.reads(subject, row.facts))


def title_of(kept: Kept, facts: Facts, versions: Mapping[int, Any]) -> str:
    """What it was called then; "" of a kind without names."""
    return str(getattr(versions.get(facts["row"]), kept.named, "")) if kept.named else ""


def points_of(kept: Kept, facts: Facts) -> Decimal | None:
    value = facts.get(kept.adds) if kept.adds else None
    return None if value is None else Decimal(str(value))


def written(points: Decimal | None) -> Decimal:
    """As it is written: down to whole points."""
    return Decimal(0) if points is None else points.quantize(Decimal(1), rounding=ROUND_FLOOR)


def _sum(kept: Kept, facts: Iterable[Facts]) -> Sum:
    values = [written(points_of(kept, one)) for one in facts]
    return Sum(len(values), sum(values, Decimal(0)))


def _mine(kept: Kept, facts: Mapping[int, Facts], user: Any, seen: set[int] | None = None) -> list[int]:
    """Those that `user` may open today."""
    if seen is None:
        seen = set(subjects.of_kind(kept.kind).named_to(user).order_by().values_list("pk", flat=True))
    return [pk for pk in facts if pk in seen]


def _asked(kept: Kept, params: Mapping[str, str]) -> tuple[Callable[[Facts], bool], bool]:
    """What stood on the list and fits the filters of the address, and whether that is the whole of a scope. Raises Invalid for
    what no filter reads."""
    tests, is_whole = [kept.stands], True
    for name, told in params.items():
        if name not in ("as_of", "against", "start") and told:
            test = kept.narrows(name, told)
            if test is None:
                sentence = _("This list of then has no such filter. Leave it away.")
                raise Invalid(sentence, {name: [sentence]})
            tests.append(test)
            is_whole = is_whole and name in kept.scopes
    return lambda facts: all(test(facts) for test in tests), is_whole


def _start(params: Mapping[str, str]) -> int:
    told = params.get("start", "0")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 7 else 0


def _rows(kept: Kept, day: date, facts: Mapping[int, Facts], versions: Mapping[int, Any]) -> list[Row]:
    """In the order of `facts`. One query, and one for a kind without titles."""
    names = _names(kept, facts.values())
    called = kept.called(facts) if facts else {}
    found = []
    for pk, known in facts.items():
        label = " ".join(filter(None, (known.get("number", ""), title_of(kept, known, versions)))) or called.get(pk, "")
        cells = [(one, str(one.label), say(one, known.get(one.name), names)) for one in kept.facts if one.label]
        here = reverse(kept.page, args=[pk])
        found.append(
            Row(
                pk,
                known,
                label,
                [(label, word) for _one, label, word in cells],
                [(label, word) for one, label, word in cells if one.brief],
                points_of(kept, known),
                here,
                f"{here}?as_of={day.isoformat()}",
            )
        )
    return found


def _names(kept: Kept, facts: Iterable[Facts]) -> _Names:
    """People and units by id, in one query."""
    wanted: dict[str, set[int]] = {"person": set(), "unit": set()}
    for known in facts:
        for one in kept.facts:
            if one.of in wanted and known.get(one.name) is not None:
                wanted[one.of].add(known[one.name])
    people = User.objects.filter(pk__in=wanted["person"]).annotate(of=Value("person")).values_list("of", "pk", "name")
    units = Unit.objects.filter(pk__in=wanted["unit"]).annotate(of=Value("unit")).values_list("of", "pk", "name")
    told: dict[str, dict[int, str]] = {"person": {}, "unit": {}}
    for of, pk, name in people.union(units, all=True) if any(wanted.values()) else ():
        told[of][pk] = name
    return _Names(told["person"], told["unit"])


def say(one: Fact, value: Any, names: _Names) -> str:
    """A kept value in words; "–" where there was none."""
    if value is None or value == "":
        return shown.NOTHING
    if one.words is not None:
        return str(one.words.get(value, value))
    if one.of == "person":
        return names.people.get(value, shown.NOTHING)
    if one.of == "unit":
        return names.units.get(value, shown.NOTHING)
    if one.of == "day":
        return shown.date_long(date.fromisoformat(str(value)[:10]))
    if one.of == "flag":
        return _("yes") if value else _("no")
    if one.of == "points":
        return shown.score(Decimal(str(value)))
    return str(value)


def _bands(kept: Kept, then: Mapping[int, Facts], now: Mapping[int, Facts]) -> list[Band]:
    """In the order of the words, then what has none."""
    if not kept.groups:
        return []
    words = next(one.words for one in kept.facts if one.name == kept.groups) or {}
    of = [{pk: facts[kept.groups] or "" for pk, facts in told.items()} for told in (then, now)]
    found = []
    for key, word in {**words, "": _("Not enough data")}.items():
        old, new = ({pk for pk, one in told.items() if one == key} for told in of)
        if old or new:
            sums = (_sum(kept, [then[pk] for pk in old]), _sum(kept, [now[pk] for pk in new]))
            came, went = new - old, old - new
            counts = (len(came - set(then)), len(came & set(then)), len(went - set(now)), len(went & set(now)))
            found.append(Band(str(word), sums[0], *counts, sums[1]))
    return found


def _moved(kept: Kept, old: Row, new: Row) -> Moved:
    told = [one for one in kept.facts if one.label]
    changes = [
        (label, before, after)
        for one, (label, before), (_label, after) in zip(told, old.cells, new.cells, strict=True)
        if one.moves
    ]
    return Moved(new, [one for one in changes if one[1] != one[2]], written(new.points) - written(old.points))
