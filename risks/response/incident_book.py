"""Incidents as people read them: the list, the page of one, and what a risk's page shows of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from assets.models import Asset
from portal.archive import changes
from portal.people.reach import Tally
from portal.web import listing
from portal.web.listing import Order, Page
from portal.workbench.listed import Choice
from risks import hidden, wording
from risks.models import Incident, IncidentLoss, IncidentRisk, RatingRound, Risk

NEWEST = Order("noticed", "noticed_at", descending=True)
VIEWS: Mapping[str, Q] = {
    "open": Q(closed_at=None),
    "contained": Q(closed_at=None, contained_at__isnull=False),
    "closed": Q(closed_at__isnull=False),
    "all": Q(),
}
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Book:
    view: str
    counts: Mapping[str, int]
    page: Page
    tally: Tally


@dataclass(frozen=True, slots=True)
class Cost:
    """One form of loss: the amount that counts, and what was said before it, newest first."""

    form: str
    label: str
    current: IncidentLoss | None
    earlier: tuple[IncidentLoss, ...]


@dataclass(frozen=True, slots=True)
class Belongs:
    """One risk the reader may open, as this incident speaks of it."""

    link: IncidentRisk
    is_answered: bool  # the offices have rated since the proposal

    @property
    def proposed_word(self) -> str:
        level = self.link.proposed_likelihood_level
        return str(wording.LIKELIHOODS[level]) if level else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    risks: tuple[Belongs, ...]
    hidden_risks: int
    assets: tuple[Asset, ...]
    hidden_assets: int
    costs: tuple[Cost, ...]
    total: Decimal
    is_final: bool
    entries: Sequence[changes.Entry]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """An incident as the page of its risk shows it."""

    pk: int
    number: str
    title: str
    noticed_at: datetime
    is_open: bool
    is_materialised: bool
    proposed_level: int | None
    proposal_reason: str
    is_answered: bool

    @property
    def proposed_word(self) -> str:
        return str(wording.LIKELIHOODS[self.proposed_level]) if self.proposed_level else ""


def with_totals(rows: QuerySet) -> QuerySet:
    """`total_loss`: the newest amount of each form, added up; null where nobody said any."""
    newest = IncidentLoss.objects.filter(incident=OuterRef("incident"), form=OuterRef("form")).order_by("-pk").values("pk")[:1]
    counted = IncidentLoss.objects.filter(incident=OuterRef("pk"), pk=Subquery(newest)).order_by().values("incident")
    return rows.annotate(
        total_loss=Subquery(counted.annotate(sum=Sum("amount")).values("sum")),
        has_materialised=Exists(IncidentRisk.objects.filter(incident=OuterRef("pk"), materialised_at__isnull=False)),
    )


def read(user: Any, params: Any) -> Book:
    """One page of a view. Three queries. The whole list alone says how many more there are: a filter would tell of them."""
    view = _view(params)
    seen = Incident.objects.visible_to(user).current()
    counts = seen.aggregate(**{name: Count("pk", filter=rows) for name, rows in VIEWS.items()})
    besides = hidden_count(user, params)
    rows = with_totals(seen.filter(VIEWS[view])).select_related("unit", "lead").defer("description", "summary")
    page = listing.page_of(rows, NEWEST, params, total=counts[view], hidden_count=besides)
    return Book(view, counts, page, Tally(counts[view], besides))


def found(user: Any, params: Any) -> QuerySet:
    """All that the address asks for, each with its loss."""
    seen = Incident.objects.visible_to(user).current()
    return with_totals(seen.filter(VIEWS[_view(params)])).select_related("unit", "lead")


def hidden_count(user: Any, params: Any) -> int:
    """The whole list alone says how many more there are, and not of one or two: a filter, or so few, would tell of them."""
    return hidden.withheld(Incident.objects.hidden_from(user).current().count()) if _view(params) == "all" else 0


def views(user: Any) -> list[tuple[str, str]]:
    words = {"open": _("open"), "contained": _("contained"), "closed": _("closed"), "all": _("all")}
    return [(name, words[name]) for name in VIEWS]


def stage_word(incident: Incident) -> Choice:
    return Choice(incident.stage, str(incident.stage.label))


def _view(params: Any) -> str:
    view = params.get("view", "open")
    return view if view in VIEWS else "open"


def of_user(user: Any) -> QuerySet:
    return Incident.objects.visible_to(user).select_related("unit", "lead", "reported_by")


def sheet(incident: Incident, user: Any) -> Sheet:
    """The page of one incident. Five queries and those of its history."""
    settled = RatingRound.objects.filter(risk=OuterRef("risk"), settled_at__gt=OuterRef("proposed_at"))
    links = incident.risk_links.select_related("risk__score_state", "proposed_by", "materialised_by")
    links = list(links.annotate(answered=Exists(settled), seen=Exists(_seen(user))).order_by("risk"))
    linked = incident.assets.annotate(seen=Exists(Asset.objects.visible_to(user).filter(pk=OuterRef("pk")))).order_by("name", "pk")
    assets = list(linked)
    costs = _costs(incident)
    entries, has_more = changes.read("incident", incident, user)
    known = [cost.current for cost in costs if cost.current is not None]
    return Sheet(
        risks=tuple(Belongs(link, link.answered) for link in links if link.seen),
        hidden_risks=sum(not link.seen for link in links),
        assets=tuple(asset for asset in assets if asset.seen),
        hidden_assets=sum(not asset.seen for asset in assets),
        costs=costs,
        total=sum((one.amount for one in known), NOTHING),
        is_final=bool(known) and all(one.is_final for one in known),
        entries=entries,
        has_more=has_more,
    )


def _seen(user: Any) -> QuerySet:
    return Risk.objects.visible_to(user).filter(pk=OuterRef("risk"))


def _costs(incident: Incident) -> tuple[Cost, ...]:
    said: dict[str, list[IncidentLoss]] = {}
    for loss in incident.losses.select_related("noted_by").order_by("-pk"):
        said.setdefault(loss.form, []).append(loss)
    return tuple(
        Cost(form, str(label), said[form][0] if form in said else None, tuple(said.get(form, ())[1:]))
        for form, label in IncidentLoss.Form.choices
    )


def marks_with_risk(user: Any) -> ArraySubquery:
    """The incidents of a risk that `user` may open, the newest first, as part of the query that reads the risk."""
    settled = RatingRound.objects.filter(risk=OuterRef("risk"), settled_at__gt=OuterRef("proposed_at"))
    rows = IncidentRisk.objects.filter(risk=OuterRef("pk"), incident__in=Incident.objects.visible_to(user).current())
    told = JSONObject(
        pk="incident_id",
        number="incident__number",
        title="incident__title",
        noticed_at="incident__noticed_at",
        closed_at="incident__closed_at",
        materialised_at="materialised_at",
        proposed_level="proposed_likelihood_level",
        proposal_reason="proposal_reason",
        is_answered=Exists(settled),
    )
    return ArraySubquery(rows.order_by("-incident__noticed_at", "-pk").values(told=told)[:7])


def came_true(outer: str = "pk") -> Exists:
    """Whether a risk is marked as materialised, whichever incident says so."""
    return Exists(IncidentRisk.objects.filter(risk=OuterRef(outer), materialised_at__isnull=False))


def marks_of(risk: Risk) -> list[Mark]:
    """What `marks_with_risk` read of `risk`. No query."""
    return [
        Mark(
            pk=told["pk"],
            number=told["number"],
            title=told["title"],
            noticed_at=parse_datetime(told["noticed_at"]),
            is_open=told["closed_at"] is None,
            is_materialised=told["materialised_at"] is not None,
            proposed_level=told["proposed_level"],
            proposal_reason=told["proposal_reason"],
            is_answered=told["is_answered"],
        )
        for told in risk.incident_marks or ()  # null where the reader sees no incidents at all
    ]


def with_all(rows: QuerySet, user: Any) -> QuerySet:
    """With the risks, assets and amounts that `user` may open: four queries however many rows."""
    seen = Risk.objects.visible_to(user)
    return rows.prefetch_related(
        Prefetch("risks", seen),
        Prefetch("assets", Asset.objects.visible_to(user)),
        Prefetch("risk_links", IncidentRisk.objects.filter(risk__in=seen).order_by("pk")),
        Prefetch("losses", IncidentLoss.objects.order_by("pk")),
    )


def with_stage(rows: QuerySet) -> QuerySet:
    """`stage_now`, the twin of Incident.stage."""
    stages = Incident.Stage
    return rows.annotate(
        stage_now=Case(
            When(closed_at__isnull=False, then=Value(stages.CLOSED)),
            When(contained_at__isnull=False, then=Value(stages.CONTAINED)),
            default=Value(stages.OPEN),
            output_field=CharField(max_length=9),
        )
    )
