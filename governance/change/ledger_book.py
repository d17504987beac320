"""The ledger as people read it: sums that tie out, what could end, what goes on by itself soon, and the lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from governance.change import doubles, ledger
from governance.change.doubles import Line
from governance.change.models import Initiative, Saving, SpendLine
from portal.people import organisations
from portal.web import listing
from portal.web.listing import Order, Page
from risks.models import Control, Office, Risk

NEWEST = Order("-number", "id", descending=True)
SOON = timedelta(days=90)
MOST = 12  # renewals and capabilities shown
NOTHING = Decimal("0.00")
SHOWN = 50  # of what could end
FOR = ("initiative", "control", "risk")
OTHERS = {"other": ~Q(serves=F("paid_by")), "own": Q(serves=F("paid_by"))}  # for whom a line is paid
VIEWS: Mapping[str, Q] = {"running": Q(ended_on=None), "ended": Q(ended_on__isnull=False), "all": Q()}


@dataclass(frozen=True, slots=True)
class Sums:
    """What runs, in a year: `whole` is `by_office` added up, to the cent; `for_other` is paid by one office for the other."""

    whole: Decimal
    by_office: Mapping[str, Decimal]
    for_other: Mapping[str, Decimal]
    lines: int

    @property
    def whole_for_other(self) -> Decimal:
        """What both pay on the other's behalf."""
        return sum(self.for_other.values(), NOTHING)

    @property
    def sides(self) -> list[tuple[str, str, Decimal, Decimal]]:
        """(office, its word, what it pays, how much of that is for the other)."""
        return [(one, Office(one).label, self.by_office[one], self.for_other[one]) for one in Office.values]


@dataclass(frozen=True, slots=True)
class Offered:
    """A line that could end, the one that stays, and what was decided of it."""

    line: SpendLine
    kept: SpendLine
    saving: Saving | None
    stays: bool  # another line was accepted to end because this one stays


@dataclass(frozen=True, slots=True)
class Book:
    view: str
    office: str
    behalf: str  # "other" or "own": for whom it is paid; "": whoever
    sums: Sums
    capabilities: Sequence[tuple[str, Decimal, int]]
    offered: Sequence[Offered]  # the dearest of the `could_end` lines
    could_end: int
    could_save: Decimal
    confirmed: Decimal
    renewals: Sequence[SpendLine]
    page: Page


def read(user: Any, params: Any) -> Book:
    """One page. The lines that run are read once for the sums and the doubles; eight queries at most, however many lines."""
    view, office, behalf = _asked(params)
    rows = of_user(user)
    running = ledger.running(user)
    found_doubles = doubles.find(running)
    listed = _narrowed(rows, params).select_related("unit", "owner")
    confirmed = Saving.objects.filter(line__in=rows, state=Saving.State.CONFIRMED).aggregate(sum=Sum("confirmed"))["sum"]
    return Book(
        view=view,
        office=office,
        behalf=behalf,
        sums=sums(rows),
        capabilities=_capabilities(running),
        offered=_offered(found_doubles, rows),
        could_end=len(found_doubles),
        could_save=could_save(found_doubles),
        confirmed=confirmed or NOTHING,
        renewals=_renewals(rows, organisations.today()),
        page=listing.page_of(listed, NEWEST, params, total=listed.count()),
    )


def of_user(user: Any) -> QuerySet[SpendLine]:
    return SpendLine.objects.visible_to(user).current()


def found(user: Any, params: Any) -> QuerySet[SpendLine]:
    """All that the address asks for, with whom a table names."""
    return _narrowed(of_user(user), params).select_related("unit", "owner", "initiative", "control", "risk", "noted_by")


def _narrowed(rows: QuerySet[SpendLine], params: Any) -> QuerySet[SpendLine]:
    view, office, behalf = _asked(params)
    rows = rows.filter(VIEWS[view], OTHERS.get(behalf, Q()))
    return rows.filter(paid_by=office) if office else rows


def behalves(user: Any) -> list[tuple[str, str]]:
    return [("other", _("the other office")), ("own", _("itself"))]


def views(user: Any) -> list[tuple[str, str]]:
    words = {"running": _("running"), "ended": _("ended"), "all": _("all")}
    return [(name, words[name]) for name in VIEWS]


def detail(user: Any) -> QuerySet[SpendLine]:
    """With all that its page names."""
    may_open = Exists(SpendLine.objects.visible_to(user).filter(pk=OuterRef("kept")))
    settled = Saving.objects.select_related("kept", "accepted_by", "confirmed_by").annotate(may_open=may_open).order_by("-pk")
    rows = SpendLine.objects.visible_to(user).select_related("unit", "owner", "initiative", "control", "risk")
    return with_openings(rows, user).prefetch_related(Prefetch("savings", settled))


def with_openings(rows: QuerySet[SpendLine], user: Any) -> QuerySet[SpendLine]:
    """With whether `user` may open what each is for."""
    return rows.annotate(
        opens_initiative=Exists(Initiative.objects.visible_to(user).filter(pk=OuterRef("initiative"))),
        opens_control=Exists(Control.objects.visible_to(user).filter(pk=OuterRef("control"))),
        opens_risk=Exists(Risk.objects.visible_to(user).filter(pk=OuterRef("risk"))),
    )


def hidden(line: Any) -> list[str]:
    """Of a row of `with_openings`: what it is for that the reader may not open, and so neither sees nor takes off."""
    return [name for name in FOR if getattr(line, f"{name}_id") and not getattr(line, f"opens_{name}")]


def _asked(params: Any) -> tuple[str, str, str]:
    view, office, behalf = params.get("view", "running"), params.get("office", ""), params.get("behalf", "")
    return (
        view if view in VIEWS else "running",
        office if office in Office.values else "",
        behalf if behalf in OTHERS else "",
    )


def sums(rows: QuerySet[SpendLine]) -> Sums:
    """What of `rows` runs, added up; one query."""
    told = {
        (row["paid_by"], row["other"]): (row["sum"], row["lines"])
        for row in rows.running()
        .order_by()
        .values(
            "paid_by", other=Case(When(serves=F("paid_by"), then=Value(False)), default=Value(True), output_field=BooleanField())
        )
        .annotate(sum=Sum("yearly_cost"), lines=Count("pk"))
    }
    by_office = {one: sum((told.get((one, other), (NOTHING, 0))[0] for other in (True, False)), NOTHING) for one in Office.values}
    for_other = {one: told.get((one, True), (NOTHING, 0))[0] for one in Office.values}
    return Sums(sum(by_office.values(), NOTHING), by_office, for_other, sum(lines for _sum, lines in told.values()))


def could_save(found: Sequence[doubles.Double]) -> Decimal:
    """What all of `found` save in a year, for the page and for programs."""
    return sum((one.yearly_cost for one in found), NOTHING)


def _capabilities(running: Sequence[Line]) -> list[tuple[str, Decimal, int]]:
    """(capability, cost a year, lines), the dearest first."""
    sums: dict[str, tuple[str, Decimal, int]] = {}
    for line in running:
        key = " ".join(line.capability.casefold().split())
        word, cost, count = sums.get(key, (line.capability, NOTHING, 0))
        sums[key] = (word, cost + line.yearly_cost, count + 1)
    return sorted(sums.values(), key=lambda one: (-one[1], one[0]))[:MOST]


def _offered(found_doubles: Sequence[doubles.Double], rows: QuerySet[SpendLine]) -> list[Offered]:
    shown = found_doubles[:SHOWN]
    ids = {pk for one in shown for pk in (one.line, one.kept)}
    lines = {line.pk: line for line in rows.filter(pk__in=ids).select_related("unit")} if ids else {}
    about = Saving.objects.filter(Q(line__in=ids) | Q(kept__in=ids)).exclude(state=Saving.State.DROPPED)
    savings = list(about.select_related("accepted_by")) if ids else []
    settled, stay = {saving.line_id: saving for saving in savings}, {saving.kept_id for saving in savings}
    return [Offered(lines[one.line], lines[one.kept], settled.get(one.line), one.line in stay) for one in shown]


def _renewals(rows: QuerySet[SpendLine], today: date) -> list[SpendLine]:
    """Those that can still be ended, the next first, by the last day of notice within three months."""
    due = rows.running().with_notice().filter(notice_on__range=(today, today + SOON))
    return list(due.select_related("owner").order_by("notice_on", "pk")[:MOST])
