"""One thing on the change calendar as its page shows it, and two that do not go together, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from assets.models import Asset
from governance.change import clashes
from governance.change.models import Clash, Initiative, PlannedAsset, PlannedChange
from portal import clock
from portal.archive import changes

MOST_CLASHES = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. Its owner and hours are told to whoever is asked; its name and address to who may open it."""

    number: str
    word: str
    title: str
    url: str  # "" where the reader may not open it
    owner: Any
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: Any
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ClashPage:
    clash: Clash
    sides: Sequence[Side]
    assets: Sequence[Asset]  # that both touch, as far as the reader may open them
    may_answer: bool


@dataclass(frozen=True)
class PlannedPage:
    planned: PlannedChange
    assets: Sequence[Asset]
    hidden_assets: int
    clashes: Sequence[Clash]
    entries: Sequence[changes.Entry]
    has_more: bool
    may_change: bool
    may_open_initiative: bool


def whole(planned: QuerySet[PlannedChange], user: Any) -> QuerySet[PlannedChange]:
    """With what programs read of them: the assets `user` may open, as `open_links`, and whether they may open the initiative."""
    opens = Exists(Initiative.objects.visible_to(user).filter(pk=OuterRef("initiative")))
    links = PlannedAsset.objects.filter(archived_at=None, asset__in=Asset.objects.visible_to(user)).select_related("asset")
    return planned.annotate(opens_initiative=opens).prefetch_related(Prefetch("asset_links", links, to_attr="open_links"))


def rows(user: Any) -> QuerySet[Clash]:
    """The clashes that `user` may open, with both sides, and which of these they may open."""
    planned, initiatives = PlannedChange.objects.visible_to(user), Initiative.objects.visible_to(user)
    return (
        Clash.objects.visible_to(user)
        .whole()
        .annotate(
            opens_planned=Exists(planned.filter(pk=OuterRef("planned"))),
            opens_other=Exists(planned.filter(pk=OuterRef("other"))),
            opens_initiative=Exists(initiatives.filter(pk=OuterRef("initiative"))),
        )
    )


def read(clash: Clash, user: Any) -> ClashPage:
    """A row of `rows(user)` as its page shows it. Two queries at most."""
    mine = [side for side in clashes.sides_of(clash, user) if not getattr(clash, f"{side}_at")]
    asked = clash.state == Clash.State.ASKED
    return ClashPage(clash, sides(clash, user), _shared(clash, user), asked and bool(mine))


def sides(clash: Clash, user: Any) -> list[Side]:
    """The two of a row of `rows(user)`. No query."""
    return [_planned(clash.planned, clash, clashes.PLANNED, clash.opens_planned), _other(clash, user)]


def of_planned(planned: PlannedChange, user: Any) -> PlannedPage:
    """The page of one thing that is planned. Four queries and those of its history."""
    links = list(planned.asset_links.filter(archived_at=None).values_list("asset", flat=True))
    assets = list(Asset.objects.visible_to(user).filter(pk__in=links).select_related("unit").order_by("number"))
    entries, has_more = changes.read("planned-change", planned, user)
    both = Clash.objects.visible_to(user).whole().filter(Q(planned=planned) | Q(other=planned))
    met = sorted(both.order_by("-pk")[:MOST_CLASHES], key=lambda one: (one.state != Clash.State.ASKED, one.starts_at, one.pk))
    ahead = planned.archived_at is None and planned.ends_at > clock.now()
    initiative = planned.initiative_id
    return PlannedPage(
        planned=planned,
        assets=assets,
        hidden_assets=len(links) - len(assets),
        clashes=met,
        entries=entries,
        has_more=has_more,
        may_change=ahead and user.has_perm("change.change_initiative"),
        may_open_initiative=bool(initiative) and Initiative.objects.visible_to(user).filter(pk=initiative).exists(),
    )


def _planned(planned: PlannedChange, clash: Clash, side: str, may_open: bool) -> Side:
    return Side(
        number=planned.number,
        word=str(planned.get_kind_display()),
        title=planned.title if may_open else "",
        url=reverse("change:planned", args=[planned.pk]) if may_open else "",
        owner=planned.owner,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        **_said(clash, side),
    )


def _other(clash: Clash, user: Any) -> Side:
    if clash.other is not None:
        return _planned(clash.other, clash, clashes.OTHER, clash.opens_other)
    said = _said(clash, clashes.OTHER)
    if clash.permit is not None:
        one, may_open = clash.permit, user.has_perm("assets.view_asset")
        title = _("%(zone)s: %(scope)s") % {"zone": one.zone.name, "scope": one.scope} if may_open else ""
        url = reverse("assets:zone", args=[one.zone_id]) if may_open else ""
        return Side("", _("Scan"), title, url, one.contact, one.starts_at, one.ends_at, **said)
    title = clash.initiative.title if clash.opens_initiative else ""
    url = reverse("change:initiative", args=[clash.initiative_id]) if clash.opens_initiative else ""
    owner = clash.initiative.owner
    return Side(clash.initiative.number, _("Going live"), title, url, owner, clash.starts_at, clash.ends_at, **said)


def _said(clash: Clash, side: str) -> dict[str, Any]:
    return {name: getattr(clash, f"{side}_{name}") for name in ("reason", "by", "at")}


def _shared(clash: Clash, user: Any) -> list[Asset]:
    if clash.kind != Clash.Kind.SAME_ASSET:
        return []
    touched = Asset.objects.visible_to(user).filter(planned_links__planned=clash.planned_id, planned_links__archived_at=None)
    if clash.other_id:
        other = Asset.objects.filter(planned_links__planned=clash.other_id, planned_links__archived_at=None)
        return list(touched.filter(pk__in=other.values("pk")).order_by("number")[:MOST_CLASHES])
    return list(touched.filter(zone__iexact=clash.permit.zone.name).order_by("number")[:MOST_CLASHES])
