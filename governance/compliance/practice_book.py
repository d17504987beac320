"""Profiles as people read them: the strip, one group of requirements, what each office says, and how it went over time."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.compliance import coverage, heat_strip, mapping_book, rounds
from governance.compliance.heat_strip import Column, Group, Practised, Strip, Sum
from governance.compliance.models import CountedLevel, Coverage, Practice, PracticeRating, Profile, Requirement
from governance.compliance.models.framework import VIEW
from governance.compliance.rounds import State
from portal.people import organisations
from portal.people.reach import grants
from portal.web.charts import Sparkline, sparkline
from risks.models import Office

TREND_POINTS, TREND_DAYS = 13, 30
CSF = "nist-csf"
REMEMBERED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement of the open group: what each office says as far as it is revealed, and what our controls bring."""

    practice: Practice
    sides: Sequence[tuple[str, PracticeRating | None]]
    covered_percent: int
    covered_word: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What waits between the offices, in all groups: how many, and their ids."""

    key: str
    ids: frozenset[int]

    @property
    def count(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Sheet:
    profile: Profile
    groups: Sequence[Group]
    whole: Sum
    open: Group | None
    open_id: int | None
    part: Requirement | None  # the part of the open group that alone is shown; None: the whole group
    here: str  # the address of what is shown
    asked: Sequence[Asked]
    show: str  # the key of one of them, where only its rows are shown
    group_ids: Sequence[tuple[int, Group]]
    rows: Sequence[Row]
    wide: Strip | None
    narrow: Strip | None
    trend: Sparkline | None


@dataclass(frozen=True)
class Then:
    """A profile as it was kept: its parts, the whole, and every requirement with its levels of then."""

    groups: Sequence[Group]
    whole: Sum
    wide: Strip | None
    narrow: Strip | None
    rows: Sequence[tuple[Requirement, Practised]]


@dataclass(frozen=True)
class Tile:
    """What Today shows: the whole, Govern first, and the strip."""

    profile_id: int
    name: str
    whole: Sum
    first: Group | None
    wide: Strip
    narrow: Strip
    groups: Sequence[Group]


def listed(user: Any) -> QuerySet[Profile]:
    """Those of current editions. One query."""
    rows = Profile.objects.visible_to(user).alive().select_related("framework", "unit")
    return rows.order_by("framework__name", "unit__path")[:200]


def sheet(profile: Profile, params: Any, user: Any) -> Sheet:
    """Six queries."""
    rows = profile.framework.requirements.order_by("place")
    tree = list(rows.only("pk", "framework_id", "parent_id", "identifier", "title", "assessable"))
    rated = profile.practices.order_by("requirement__place").select_related("requirement", "round")
    practices = {row.requirement_id: row for row in rated}
    address = reverse("compliance:profile", args=[profile.pk])
    levels = {pk: _practised(one) for pk, one in practices.items()}
    tops, grouped = _grouped(tree, levels, address)
    part = next((row for row in tree if str(row.pk) == params.get("group", "") and not row.assessable), None)
    opened = _top_of(tree, part) if part is not None else tops[0] if tops else None
    if part is not None and part.pk == opened:
        part = None
    inside = _below(tree, part.pk if part is not None else opened)
    asked = _asked(list(practices.values()), rounds.spoken_for(user))
    show = next((one for one in asked if one.key == params.get("show")), None)
    if show is not None:
        part, opened, inside = None, None, [row.pk for row in tree if row.pk in practices and practices[row.pk].pk in show.ids]
    return Sheet(
        profile=profile,
        groups=list(grouped.values()),
        whole=heat_strip.add_up(list(levels.values())),
        open=grouped.get(opened) if opened is not None else None,
        open_id=opened,
        part=part,
        asked=asked,
        show=show.key if show is not None else "",
        here=f"{address}?group={part.pk if part is not None else opened}",
        group_ids=list(grouped.items()),
        rows=_rows([practices[pk] for pk in inside if pk in practices]),
        wide=heat_strip.draw(list(grouped.values())) if grouped else None,
        narrow=heat_strip.draw(list(grouped.values()), "narrow") if grouped else None,
        trend=trend(profile),
    )


def _asked(practices: Sequence[Practice], offices: Collection[str]) -> list[Asked]:
    """What waits for a rating, may be objected to, or differs; of the first two what the reader's own office is to say, where they
    speak for one. Kinds of nothing are left out."""
    found: dict[str, set[int]] = {"waiting": set(), "objectable": set(), "differ": set()}
    keys = {State.OPEN: "waiting", State.OBJECTABLE: "objectable", State.DIFFERENT: "differ"}
    for one in practices:
        if one.round is None or one.round.state not in keys:
            continue
        answered = offices and all(office in one.round.rated_offices for office in offices)
        if one.round.state == State.DIFFERENT or not answered:
            found[keys[one.round.state]].add(one.pk)
    return [Asked(key, frozenset(ids)) for key, ids in found.items() if ids]


def levels_then(profile: Profile, facts: Mapping[str, Any]) -> Then:
    """The same strip, from the levels that were kept. One query."""
    rows = profile.framework.requirements.order_by("place")
    tree = list(rows.only("pk", "framework_id", "parent_id", "identifier", "title", "assessable"))
    levels = {one["requirement"]: Practised(one["current"], one["target"]) for one in facts["levels"] or ()}
    _tops, grouped = _grouped(tree, levels, reverse("compliance:profile", args=[profile.pk]))
    groups = list(grouped.values())
    return Then(
        groups,
        heat_strip.add_up(list(levels.values())),
        heat_strip.draw(groups) if groups else None,
        heat_strip.draw(groups, "narrow") if groups else None,
        [(row, levels[row.pk]) for row in tree if row.pk in levels],
    )


def tile_of_today(user: Any, path: str = "") -> Tile | None:
    """As `tile`, kept for a minute for whoever has the same reach, and counted anew as soon as somebody rates or aims."""
    seen = grants(user)
    reach = [VIEW in seen.permissions, seen.everywhere, *seen.unit_paths, cache.get(rounds.STAMP, ""), path]
    key = f"compliance.tile.{hashlib.sha256(repr(reach).encode()).hexdigest()}"
    known = cache.get(key)
    if known is None:
        known = (tile(user, path),)
        cache.set(key, known, REMEMBERED_SECONDS)
    return known[0]


def tile(user: Any, path: str = "") -> Tile | None:
    """The strip of the highest CSF profile that `user` may open, at or below the unit of `path`; None without one. One query."""
    profiles_there = Profile.objects.visible_to(user).alive().filter(framework__key=CSF, unit__path__startswith=path)
    highest = profiles_there.order_by("unit__path", "pk")
    named = ("profile", "profile__framework__name", "profile__framework__edition", "profile__unit__name")
    rows = Practice.objects.filter(profile=highest.values("pk")[:1]).order_by("requirement__place")
    above = ("requirement__parent__title", "requirement__parent", "requirement__parent__parent")  # its category, and its function
    found = list(rows.values_list("requirement__identifier", "current_level", "target_level", *above, *named))
    if not found:
        return None
    pk, framework, edition, unit = found[0][6:]
    groups = _by_identifier([row[:6] for row in found], reverse("compliance:profile", args=[pk]))
    whole = heat_strip.add_up([Practised(current, target) for _name, current, target, *_named in found])
    first = next((group for group in groups if group.identifier == "GV"), None)
    strips = (heat_strip.draw(groups), heat_strip.draw(groups, "narrow"))
    return Tile(pk, f"{framework} {edition}, {unit}", whole, first, *strips, groups)


def trend(profile: Profile) -> Sparkline | None:
    """The mean of the levels that counted, by month over a year. One query."""
    means = [mean for _day, mean in means_of_the_year(profile)]
    return sparkline([None if mean is None else mean * 10 for mean in means]) if any(mean is not None for mean in means) else None


def means_of_the_year(profile: Profile) -> list[tuple[date, Decimal | None]]:
    """The mean of the levels that counted at the end of each of thirteen days a month apart, None before the first. One query."""
    rows = CountedLevel.objects.filter(practice__profile=profile).order_by("known_at", "pk")
    told = list(rows.values_list("known_at", "practice", "level"))
    today, place, levels, found = organisations.today(), 0, {}, []
    for back in range(TREND_POINTS - 1, -1, -1):
        day = today - timedelta(days=back * TREND_DAYS)
        while place < len(told) and told[place][0].date() <= day:
            _at, practice, level = told[place]
            levels[practice] = level
            place += 1
        found.append((day, Decimal(sum(levels.values())) / len(levels) if levels else None))
    return found


def strip_of(profile: Profile) -> tuple[Sum, list[Group]]:
    """The whole, and each group at the top with its parts. Two queries."""
    rows = profile.framework.requirements.order_by("place")
    tree = list(rows.only("pk", "framework_id", "parent_id", "identifier", "title", "assessable"))
    levels = {one.requirement_id: _practised(one) for one in profile.practices.all()}
    _tops, grouped = _grouped(tree, levels, "")
    return heat_strip.add_up(list(levels.values())), list(grouped.values())


def _grouped(tree: Sequence[Requirement], levels: Mapping[int, Practised], address: str) -> tuple[list[int], dict[int, Group]]:
    """The groups at the top, each with a column for every group right below it; without such groups one for all."""
    tops = [row for row in tree if row.parent_id is None and not row.assessable]
    groups: dict[int, Group] = {}
    for top in tops:
        url = f"{address}?group={top.pk}"
        children = [row for row in tree if row.parent_id == top.pk and not row.assessable] or [top]
        columns = [
            Column(child.identifier, child.title, f"{address}?group={child.pk}", _sum_below(tree, child.pk, levels), child.pk)
            for child in children
            if any(pk in levels for pk in _below(tree, child.pk))
        ]
        if columns:
            groups[top.pk] = Group(top.identifier, top.title, url, columns, _sum_below(tree, top.pk, levels), top.pk)
    return list(groups), groups


def _top_of(tree: Sequence[Requirement], row: Requirement) -> int:
    """The group at the top that `row` belongs to."""
    parents = {one.pk: one.parent_id for one in tree}
    pk = row.pk
    while parents[pk] is not None:
        pk = parents[pk]
    return pk


def _below(tree: Sequence[Requirement], pk: int | None) -> list[int]:
    """Everything under one requirement, or all; the tree stands in order, parents first."""
    if pk is None:
        return [row.pk for row in tree]
    inside = {pk}
    found = []
    for row in tree:
        if row.parent_id in inside:
            inside.add(row.pk)
            found.append(row.pk)
    return found


def _sum_below(tree: Sequence[Requirement], pk: int, levels: Mapping[int, Practised]) -> Sum:
    return heat_strip.add_up([levels[one] for one in _below(tree, pk) if one in levels])


Told = tuple[str, int | None, int | None, str | None, int | None, int | None]


def _by_identifier(levels: Sequence[Told], address: str) -> list[Group]:
    """Groups of the CSF by the identifiers: GV.OC-01 belongs to GV.OC, and that to GV; each leads to its own rows."""
    functions: dict[str, dict[str, list[Practised]]] = {}
    titles: dict[str, str] = {}
    urls: dict[str, str] = {}
    for identifier, current, target, title, part, top in levels:
        category = identifier.rsplit("-", 1)[0]
        function = category.split(".")[0]
        functions.setdefault(function, {}).setdefault(category, []).append(Practised(current, target))
        titles.setdefault(category, title or category)
        for name, pk in ((category, part), (function, top)):
            urls.setdefault(name, f"{address}?group={pk}" if pk else address)
    names = {"GV": _("Govern"), "ID": _("Identify"), "PR": _("Protect"), "DE": _("Detect"), "RS": _("Respond"), "RC": _("Recover")}
    return [
        Group(
            function,
            str(names.get(function, function)),
            urls[function],
            [Column(name, titles[name], urls[name], heat_strip.add_up(found)) for name, found in categories.items()],
            heat_strip.add_up([one for found in categories.values() for one in found]),
        )
        for function, categories in functions.items()
    ]


def _practised(practice: Practice) -> Practised:
    return Practised(practice.current_level, practice.target_level)


def _rows(practices: Sequence[Practice]) -> list[Row]:
    """Two queries."""
    ratings = rounds.newest([one.pk for one in practices])
    shares = dict(Coverage.objects.filter(requirement__in=[one.requirement_id for one in practices]).values_list("pk", "share"))
    return [
        Row(
            one,
            _sides(one, ratings.get(one.pk, {})),
            mapping_book.percent(shares.get(one.requirement_id, Decimal(0))),
            coverage.word(shares.get(one.requirement_id, Decimal(0))),
        )
        for one in practices
    ]


def _sides(practice: Practice, found: Mapping[str, PracticeRating]) -> list[tuple[str, PracticeRating | None]]:
    """Of the offices that own it, and of the other one where it has said something in the round that stands."""
    said = practice.round.rated_offices if practice.round is not None else ()
    return [(str(office.label), found.get(office)) for office in Office if rounds.owns(practice, office) or office in said]
