"""Profiles as people read them: the strip, one group of requirements, what each office says, and how it went over time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.compliance import coverage, heat_strip, mapping_book, profiles
from governance.compliance.heat_strip import Column, Group, Practised, Strip, Sum
from governance.compliance.models import Coverage, Practice, PracticeRating, Profile, Requirement
from governance.compliance.models.framework import VIEW
from portal.people import organisations
from portal.people.reach import grants
from portal.web.charts import Sparkline, sparkline
from risks.models import Office

TREND_POINTS, TREND_DAYS = 13, 30
CSF = "nist-csf"
REMEMBERED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement of the open group: what each office says, and what our controls bring."""

    practice: Practice
    sides: Sequence[tuple[str, PracticeRating | None]]
    covered_percent: int
    covered_word: str


@dataclass(frozen=True)
class Sheet:
    profile: Profile
    groups: Sequence[Group]
    whole: Sum
    open: Group | None
    open_id: int | None
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
    rated = profile.practices.order_by("requirement__place").select_related("requirement")
    practices = {row.requirement_id: row for row in rated}
    address = reverse("compliance:profile", args=[profile.pk])
    levels = {pk: _practised(one) for pk, one in practices.items()}
    tops, grouped = _grouped(tree, levels, address)
    told = params.get("group", "")
    opened = next((pk for pk in tops if str(pk) == told), tops[0] if tops else None)
    inside = _below(tree, opened)
    return Sheet(
        profile=profile,
        groups=list(grouped.values()),
        whole=heat_strip.add_up(list(levels.values())),
        open=grouped.get(opened) if opened is not None else None,
        open_id=opened,
        group_ids=list(grouped.items()),
        rows=_rows([practices[pk] for pk in inside if pk in practices]),
        wide=heat_strip.draw(list(grouped.values())) if grouped else None,
        narrow=heat_strip.draw(list(grouped.values()), "narrow") if grouped else None,
        trend=trend(profile),
    )


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
    reach = [VIEW in seen.permissions, seen.everywhere, *seen.unit_paths, cache.get(profiles.STAMP, ""), path]
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
    above = ("requirement__parent__title", "requirement__parent__parent")  # its category, and the function of that
    found = list(rows.values_list("requirement__identifier", "current_level", "target_level", *above, *named))
    if not found:
        return None
    pk, framework, edition, unit = found[0][5:]
    groups = _by_identifier([row[:5] for row in found], reverse("compliance:profile", args=[pk]))
    whole = heat_strip.add_up([Practised(current, target) for _name, current, target, *_named in found])
    first = next((group for group in groups if group.identifier == "GV"), None)
    strips = (heat_strip.draw(groups), heat_strip.draw(groups, "narrow"))
    return Tile(pk, f"{framework} {edition}, {unit}", whole, first, *strips, groups)


def trend(profile: Profile) -> Sparkline | None:
    """The mean current level by month over a year. One query."""
    rows = PracticeRating.objects.filter(practice__profile=profile).select_related("practice").order_by("known_at", "pk")
    told = list(rows.values_list("known_at", "practice", "practice__owner", "office", "level"))
    if not told:
        return None
    today, place, levels, points = organisations.today(), 0, {}, []
    owners: dict[int, str] = {}
    for back in range(TREND_POINTS - 1, -1, -1):
        day = today - timedelta(days=back * TREND_DAYS)
        while place < len(told) and told[place][0].date() <= day:
            _at, practice, owner, office, level = told[place]
            owners[practice] = owner
            levels.setdefault(practice, {})[office] = level
            place += 1
        known = [profiles.level_of(owners[pk], of_one)[0] for pk, of_one in levels.items()]
        counted = [one for one in known if one is not None]
        points.append(Decimal(sum(counted)) / len(counted) * 10 if counted else None)
    return sparkline(points)


def named_ratings(practice: Practice) -> list[tuple[str, PracticeRating | None]]:
    """Each office that owns it with its newest rating. One query."""
    found = profiles.newest([practice.pk]).get(practice.pk, {})
    return _sides(practice, found)


def _grouped(tree: Sequence[Requirement], levels: Mapping[int, Practised], address: str) -> tuple[list[int], dict[int, Group]]:
    """The groups at the top, each with a column for every group right below it; without such groups one for all."""
    tops = [row for row in tree if row.parent_id is None and not row.assessable]
    groups: dict[int, Group] = {}
    for top in tops:
        url = f"{address}?group={top.pk}"
        children = [row for row in tree if row.parent_id == top.pk and not row.assessable] or [top]
        columns = [
            Column(child.identifier, child.title, url, _sum_below(tree, child.pk, levels))
            for child in children
            if any(pk in levels for pk in _below(tree, child.pk))
        ]
        if columns:
            groups[top.pk] = Group(top.identifier, top.title, url, columns, _sum_below(tree, top.pk, levels))
    return list(groups), groups


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


def _by_identifier(levels: Sequence[tuple[str, int | None, int | None, str | None, int | None]], address: str) -> list[Group]:
    """Groups of the CSF by the identifiers: GV.OC-01 belongs to GV.OC, and that to GV; each leads to the rows of its function."""
    functions: dict[str, dict[str, list[Practised]]] = {}
    titles: dict[str, str] = {}
    urls: dict[str, str] = {}
    for identifier, current, target, title, top in levels:
        category = identifier.rsplit("-", 1)[0]
        function = category.split(".")[0]
        functions.setdefault(function, {}).setdefault(category, []).append(Practised(current, target))
        titles.setdefault(category, title or category)
        urls.setdefault(function, f"{address}?group={top}" if top else address)
    names = {"GV": _("Govern"), "ID": _("Identify"), "PR": _("Protect"), "DE": _("Detect"), "RS": _("Respond"), "RC": _("Recover")}
    return [
        Group(
            function,
            str(names.get(function, function)),
            urls[function],
            [Column(name, titles[name], urls[function], heat_strip.add_up(found)) for name, found in categories.items()],
            heat_strip.add_up([one for found in categories.values() for one in found]),
        )
        for function, categories in functions.items()
    ]


def _practised(practice: Practice) -> Practised:
    return Practised(practice.current_level, practice.target_level)


def _rows(practices: Sequence[Practice]) -> list[Row]:
    """Two queries."""
    ratings = profiles.newest([one.pk for one in practices])
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
    return [(str(office.label), found.get(office)) for office in Office if practice.owner in (office, "BOTH")]
