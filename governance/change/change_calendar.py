"""The change calendar of a place: what is planned there, and beside it what other rooms have planned, read where it stands.

Permits to scan, milestones and days of initiatives, and exercises of plans are never copied: they move where they are kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import ScanPermit
from governance.change import clash_page, clashes
from governance.change.models import Clash, Initiative, Milestone, PlannedChange, Stage
from portal.people import organisations
from portal.people.models import Unit
from portal.people.reach import grants
from risks.models import Exercise

SCAN, MILESTONE, LIVE, EXERCISE = "SCAN", "MILESTONE", "LIVE", "EXERCISE"
BESIDE = {
    SCAN: gettext_lazy("Scan"),
    MILESTONE: gettext_lazy("Milestone"),
    LIVE: gettext_lazy("Going live"),
    EXERCISE: gettext_lazy("Exercise"),
}
KINDS: Mapping[str, Any] = {**{kind.value: kind.label for kind in PlannedChange.Kind}, **BESIDE}
MOST = 300  # of each source in the days that are shown
LONGEST_DAYS = 92
YEARS = range(1990, 3000)  # a calendar is asked for
WEEK = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for; "" and None where it is not."""

    first: date
    last: date
    unit: Unit | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on the calendar. Without hours it is of whole days."""

    kind: str
    subject_kind: str
    pk: int
    number: str
    title: str
    place: str
    owner: Any
    url: str
    first: date
    last: date
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    meets: bool = False  # both owners are asked about what it meets

    @property
    def word(self) -> str:
        return str(KINDS[self.kind])

    @property
    def is_freeze(self) -> bool:
        return self.kind == PlannedChange.Kind.FREEZE


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    is_inside: bool  # of the month that is shown
    is_today: bool
    is_frozen: bool
    entries: Sequence[Entry]  # freezes are told by the day itself, but for where one begins


@dataclass(frozen=True)
class Book:
    """One month of a place, as weeks and as a list."""

    asked: Asked
    entries: Sequence[Entry]
    weeks: Sequence[Sequence[Day]]
    clashes: Sequence[Clash]
    places: Sequence[Unit]
    before: str
    after: str

    @property
    def month(self) -> date:
        return self.asked.first

    @property
    def unit_key(self) -> str:
        return str(self.asked.unit.pk) if self.asked.unit else ""


def read(user: Any, params: Mapping[str, str]) -> Book:
    """The month that the address asks for. Eight queries at most, however much is planned."""
    offered = list(places(user))
    first = _month(params.get("month", ""))
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    unit = next((one for one in offered if str(one.pk) == params.get("unit", "")), None)
    kind = params.get("kind", "")
    asked = Asked(first, last, unit, kind if kind in KINDS else "")
    found = entries(user, asked)
    return Book(
        asked=asked,
        entries=found,
        weeks=_weeks(found, asked, organisations.today()),
        clashes=list(meeting(user, unit)[:MOST]),
        places=offered,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{last + timedelta(days=1):%Y-%m}",
    )


def entries(user: Any, asked: Asked) -> list[Entry]:
    """All that `user` may open of the days asked for, in the order of time. One query a source, and one for what meets."""
    found = [one for kinds, source in _SOURCES for one in (source(user, asked) if not asked.kind or asked.kind in kinds else ())]
    return sorted(found, key=lambda one: (one.first, one.starts_at.timestamp() if one.starts_at else 0, one.subject_kind, one.pk))


def meeting(user: Any, unit: Unit | None = None) -> QuerySet[Clash]:
    """What does not go together and waits for its owners, the next first; of a place where either of the two happens there."""
    rows = clash_page.rows(user).asked()
    if unit is not None:
        there = Q(pk__in=())
        for side in ("planned__unit", "other__unit", "permit__zone__unit", "initiative__unit"):
            there |= Q(**{f"{side}__path__startswith": unit.path})
        rows = rows.filter(there)
    return rows.order_by("starts_at", "pk")


def places(user: Any) -> QuerySet[Unit]:
    """Where `user` may look."""
    held = grants(user)
    rows = Unit.objects.filter(archived_at=None).order_by("path")
    if held.everywhere:
        return rows
    reach = Q(pk__in=())
    for path in held.unit_paths:
        reach |= Q(path__startswith=path)
    return rows.filter(reach)


def _planned(user: Any, asked: Asked) -> Iterable[Entry]:
    begin, end = organisations.morning(asked.first), organisations.morning(asked.last + timedelta(days=1))
    rows = PlannedChange.objects.visible_to(user).current().filter(starts_at__lt=end, ends_at__gt=begin)
    if asked.unit is not None:
        above = [asked.unit.path[: place + 1] for place, letter in enumerate(asked.unit.path) if letter == "/" and place]
        rows = rows.filter(Q(unit__path__startswith=asked.unit.path) | Q(kind="FREEZE", unit__path__in=above))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    found = list(rows.select_related("unit", "owner").order_by("starts_at", "pk")[:MOST])
    meets = clashes.of(row.pk for row in found)
    for row in found:
        yield Entry(
            kind=row.kind,
            subject_kind="planned-change",
            pk=row.pk,
            number=row.number,
            title=row.title,
            place=row.unit.name,
            owner=row.owner,
            url=reverse("change:planned", args=[row.pk]),
            **_hours(row),
            meets=row.pk in meets,
        )


def _scans(user: Any, asked: Asked) -> Iterable[Entry]:
    begin, end = organisations.morning(asked.first), organisations.morning(asked.last + timedelta(days=1))
    rows = ScanPermit.objects.visible_to(user).current().filter(starts_at__lt=end, ends_at__gt=begin)
    rows = _at(rows, "zone__unit", asked).annotate(meets=_meets("permit"))
    for row in rows.select_related("zone__unit", "contact").order_by("starts_at", "pk")[:MOST]:
        yield Entry(
            kind=SCAN,
            subject_kind="scan-permit",
            pk=row.pk,
            number="",
            title=_("%(zone)s: %(scope)s") % {"zone": row.zone.name, "scope": row.scope},
            place=row.zone.unit.name,
            owner=row.contact,
            url=reverse("assets:zone", args=[row.zone_id]),
            **_hours(row),
            meets=row.meets,
        )


def _milestones(user: Any, asked: Asked) -> Iterable[Entry]:
    initiatives = _at(Initiative.objects.visible_to(user).under_way(), "unit", asked)
    rows = Milestone.objects.filter(initiative__in=initiatives, archived_at=None, reached_on=None)
    rows = rows.filter(due_on__range=(asked.first, asked.last)).select_related("initiative__unit", "initiative__owner")
    for row in rows.order_by("due_on", "pk")[:MOST]:
        title = _("%(initiative)s: %(milestone)s") % {"initiative": row.initiative.title, "milestone": row.title}
        yield _of_initiative(MILESTONE, row.pk, row.initiative, row.due_on, title)


def _going_live(user: Any, asked: Asked) -> Iterable[Entry]:
    rows = _at(Initiative.objects.visible_to(user).under_way(), "unit", asked).exclude(stage=Stage.LIVE)
    rows = rows.filter(live_on__range=(asked.first, asked.last)).annotate(meets=_meets("initiative"))
    for row in rows.select_related("unit", "owner").order_by("live_on", "pk")[:MOST]:
        yield _of_initiative(LIVE, row.pk, row, row.live_on, row.title, meets=row.meets)


def _exercises(user: Any, asked: Asked) -> Iterable[Entry]:
    rows = Exercise.objects.visible_to(user).filter(state__in=(Exercise.State.PLANNED, Exercise.State.RUNNING), archived_at=None)
    rows = _at(rows, "plan__unit", asked).filter(planned_on__range=(asked.first, asked.last))
    for row in rows.select_related("plan__unit", "lead").order_by("planned_on", "pk")[:MOST]:
        yield Entry(
            kind=EXERCISE,
            subject_kind="exercise",
            pk=row.pk,
            number=row.number,
            title=row.title,
            place=row.plan.unit.name,
            owner=row.lead,
            url=reverse("risks:exercise", args=[row.pk]),
            first=row.planned_on,
            last=row.planned_on,
        )


def _of_initiative(kind: str, pk: int, initiative: Initiative, day: date, title: str, *, meets: bool = False) -> Entry:
    return Entry(
        kind=kind,
        subject_kind="initiative" if kind == LIVE else "milestone",
        pk=pk,
        number=initiative.number,
        title=title,
        place=initiative.unit.name,
        owner=initiative.owner,
        url=reverse("change:initiative", args=[initiative.pk]),
        first=day,
        last=day,
        meets=meets,
    )


_SOURCES = (
    (PlannedChange.Kind.values, _planned),
    ([SCAN], _scans),
    ([MILESTONE], _milestones),
    ([LIVE], _going_live),
    ([EXERCISE], _exercises),
)


def _at(rows: Any, unit: str, asked: Asked) -> Any:
    return rows.filter(**{f"{unit}__path__startswith": asked.unit.path}) if asked.unit else rows


def _meets(side: str) -> Exists:
    """Whether somebody is asked about what it meets, in the query that reads it."""
    return Exists(Clash.objects.asked().filter(**{side: OuterRef("pk")}))


def _hours(row: Any) -> dict[str, Any]:
    """The hours of `row`, and the organisation's days on which they lie; one that ends at midnight takes no part of that day."""
    last = organisations.day_of(row.ends_at - timedelta(microseconds=1))
    return {"starts_at": row.starts_at, "ends_at": row.ends_at, "first": organisations.day_of(row.starts_at), "last": last}


def _month(told: str) -> date:
    """The first of the month that is told as 2026-12, of this one otherwise."""
    try:
        found = date.fromisoformat(f"{told}-01")
    except ValueError:
        found = None
    return found if found and found.year in YEARS else organisations.today().replace(day=1)


def _weeks(found: Sequence[Entry], asked: Asked, today: date) -> list[list[Day]]:
    """Whole weeks from Monday on."""
    monday = asked.first - timedelta(days=asked.first.weekday())
    days = [monday + timedelta(days=step) for step in range((asked.last - monday).days + 1)]
    days += [days[-1] + timedelta(days=step) for step in range(1, WEEK - days[-1].weekday())]
    told = [_day(day, found, asked, today) for day in days]
    return [told[place : place + WEEK] for place in range(0, len(told), WEEK)]


def _day(day: date, found: Sequence[Entry], asked: Asked, today: date) -> Day:
    here = [one for one in found if one.first <= day <= one.last]
    shown = [one for one in here if not one.is_freeze or day in (one.first, asked.first)]
    return Day(day, asked.first <= day <= asked.last, day == today, any(one.is_freeze for one in here), shown)
