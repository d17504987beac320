"""Initiatives as people read them: as a list, as a board by stage, as a road map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, DateField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.translation import gettext as _

from assets.models import Asset
from governance.change import aims, joined, roadmap, under_way
from governance.change.models import DeclaredLine, Initiative, InitiativeRisk, Milestone, SeenAsset, Stage
from governance.change.roadmap import Bar
from portal.people import organisations
from portal.people.models import Unit
from portal.web import listing
from portal.web.listing import Order, Page
from risks.models import Risk

AS = ("list", "board", "roadmap")
NEWEST = Order("-number", "id", descending=True)
BY_DAY = Order("live_on", "live_day")
FAR = date(9999, 12, 31)
ON_A_STAGE = 12  # shown of each stage on the board
STOPPED = Q(status=Initiative.Status.STOPPED)
VIEWS: Mapping[str, Q] = {
    "under_way": ~STOPPED & ~Q(stage=Stage.LIVE),
    "ideas": ~STOPPED & Q(stage=Stage.IDEA),
    "live": ~STOPPED & Q(stage=Stage.LIVE),
    "stopped": STOPPED,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One stage on the board: the latest there, and how many more."""

    stage: Stage
    rows: Sequence[Initiative]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class Book:
    shown_as: str
    view: str
    kind: str
    counts: Mapping[str, int]
    page: Page | None = None
    columns: Sequence[Column] = ()
    bars: Sequence[Bar] = ()


def read(user: Any, params: Any) -> Book:
    """One page. Three queries at most, however many rows."""
    shown_as, view, kind = _asked(params)
    rows = of_user(user, kind)
    counts = rows.order_by().aggregate(**{name: Count("pk", filter=which) for name, which in VIEWS.items()})
    if shown_as == "board":
        return Book(shown_as, view, kind, counts, columns=_board(rows))
    rows = rows.filter(VIEWS[view]).select_related("owner", "unit")
    if shown_as == "roadmap":
        dated = rows.annotate(live_day=Coalesce("live_on", Value(FAR), output_field=DateField()))
        page = listing.page_of(dated.prefetch_related(standing_milestones()), BY_DAY, params, total=counts[view])
        return Book(shown_as, view, kind, counts, page, bars=roadmap.draw(page.rows, organisations.today()))
    return Book(shown_as, view, kind, counts, listing.page_of(rows, NEWEST, params, total=counts[view]))


def of_user(user: Any, kind: str = "") -> QuerySet[Initiative]:
    rows = Initiative.objects.visible_to(user).current()
    return rows.filter(kind=kind) if kind else rows


def found(user: Any, params: Any) -> QuerySet[Initiative]:
    """All that the address asks for, with whom a table names."""
    _shown_as, view, kind = _asked(params)
    rows = of_user(user, kind).filter(VIEWS[view], *_narrowed(params))
    asked, late = SeenAsset.objects.asked(), under_way.past_promise(organisations.today())
    rows = rows.annotate(undeclared_count=named_by(asked), late_gates=named_by(late))
    return rows.select_related("unit", "owner", "sponsor", "security_lead", "proposed_by")


def _narrowed(params: Any) -> list[Q]:
    """What the numbers of Today lead to: one stage, what is wanting, one unit. A value that none of them knows finds nothing."""
    found, stage, lacks, unit = [], params.get("stage", ""), params.get("lacks", ""), under_way.asked(params)
    if stage:
        found.append(Q(stage=stage))
    if lacks:
        found.append(under_way.wanting(organisations.today()).get(lacks, Q(pk__in=())))
    if unit is not None:
        found.append(Unit.objects.below([unit], "unit"))
    return found


def named_by(rows: QuerySet) -> Coalesce:
    """How many of `rows` name the initiative, in the query that reads it."""
    counts = rows.filter(initiative=OuterRef("pk")).order_by().values("initiative").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), 0)


def lackings(user: Any) -> list[tuple[str, str]]:
    return [
        (under_way.LATE, _("past their day")),
        (under_way.AT_RISK, _("date at risk or lost")),
        (under_way.UNASKED, _("security not asked")),
        (under_way.UNDECLARED, _("things seen that nobody declared")),
        (under_way.PAST_PROMISE, _("gates past security's promise")),
    ]


def views(user: Any) -> list[tuple[str, str]]:
    words = {"under_way": _("under way"), "ideas": _("ideas"), "live": _("live"), "stopped": _("stopped")}
    return [(name, words[name]) for name in VIEWS]


def _asked(params: Any) -> tuple[str, str, str]:
    shown_as, view, kind = params.get("as", "list"), params.get("view", "under_way"), params.get("kind", "")
    return (
        shown_as if shown_as in AS else "list",
        view if view in VIEWS else "under_way",
        kind if kind in Initiative.Kind.values else "",
    )


def _board(rows: QuerySet[Initiative]) -> list[Column]:
    """The latest of each stage; two queries."""
    moving = rows.filter(~STOPPED)
    counts = dict(moving.order_by().values_list("stage").annotate(count=Count("pk")))
    place = Window(RowNumber(), partition_by="stage", order_by=[F("stage_since").desc(), F("pk").desc()])
    found_rows = list(moving.annotate(place=place).filter(place__lte=ON_A_STAGE).select_related("owner", "unit").order_by("place"))
    return [Column(stage, [row for row in found_rows if row.stage == stage], counts.get(stage, 0)) for stage in Stage]


def whole(rows: QuerySet[Initiative], user: Any) -> QuerySet[Initiative]:
    """With what programs read of an initiative; of a named asset whether `user` may open it, of risks those that they may."""
    open_to = Asset.objects.visible_to(user).filter(pk=OuterRef("asset"))
    lines = DeclaredLine.objects.filter(archived_at=None).annotate(may_open=Exists(open_to))
    named = InitiativeRisk.objects.filter(archived_at=None, risk__in=Risk.objects.visible_to(user))
    return (
        joined.with_moments(rows)
        .annotate(named_goals=aims.named())
        .prefetch_related(
            standing_milestones(),
            Prefetch("declared_lines", lines, to_attr="standing_lines"),
            Prefetch("risk_links", named, to_attr="named_risks"),
        )
    )


def standing_milestones() -> Prefetch:
    """Those that were not taken out of the plan, in the order of their days."""
    return Prefetch("milestones", Milestone.objects.filter(archived_at=None))
