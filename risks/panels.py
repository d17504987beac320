"""What the pages of other apps show of risks: what would befall an asset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Window
from django.db.models.functions import JSONObject, RowNumber

from portal.people import organisations
from portal.people.reach import Tally
from risks import hidden
from risks.models import Breach, Risk, RiskAsset, RiskException

MOST_ROWS = 7


@dataclass(frozen=True, slots=True)
class Befalls:
    """The open risks of one asset: the worst few, and how many there are with those one may not open."""

    rows: tuple[Risk, ...]
    tally: Tally


def on_assets(ids: Sequence[int], user: Any) -> Mapping[int, Befalls]:
    """The open risks that would befall each asset of `ids`. Four queries at most, whatever the number of assets."""
    if not user.has_perm("risks.view_risk"):
        return {}
    wanted, shut = list(ids), hidden.of(user)
    visible = Risk.objects.visible_to(user).filter(assets__in=wanted).open().current().order_by().values_list("assets")
    seen = dict(visible.annotate(count=Count("pk")))
    known = (
        RiskAsset.objects.filter(asset__in=wanted, risk__in=[one.id for one in shut.all]) if shut.all else RiskAsset.objects.none()
    )
    links = set(known.values_list("asset", "risk"))
    counts = {pk: Tally(seen.get(pk, 0), len(shut.where(partial(_befalls, links, pk))), shut.are_there) for pk in wanted}
    worst_first = [F("score_state__current_value").desc(nulls_last=True), F("pk").asc()]
    worst = (
        Risk.objects.visible_to(user)
        .open()
        .current()
        .filter(asset_links__asset__in=wanted)
        .annotate(
            on_asset=F("asset_links__asset"),
            place=Window(RowNumber(), partition_by=F("asset_links__asset"), order_by=worst_first),
        )
        .filter(place__lte=MOST_ROWS)
        .select_related("unit", "score_state", "it_owner", "security_owner")
        .defer("cause", "consequence", "grounds", "search")
        .order_by("on_asset", "place")
    )
    rows: dict[int, list[Risk]] = {pk: [] for pk in wanted}
    for risk in worst:
        rows[risk.on_asset].append(risk)
    return {pk: Befalls(tuple(rows[pk]), counts[pk]) for pk in wanted}


def _befalls(links: set[tuple[int, int]], asset_id: int, one: hidden.Hidden) -> bool:
    return one.is_open and (asset_id, one.id) in links


@dataclass(frozen=True, slots=True)
class Permit:
    """An open exception as the page of its risk shows it."""

    pk: int
    number: str
    title: str
    kind: str
    kind_word: str
    standing: str
    ends_on: date


def permits_with_risk() -> ArraySubquery:
    """The open exceptions of a risk, those that end first above, as part of the query that reads the risk."""
    rows = RiskException.objects.open().filter(risk=OuterRef("pk")).with_standing(organisations.today()).order_by("ends_on", "pk")
    told = {name: name for name in ("pk", "number", "title", "kind", "standing", "ends_on")}
    return ArraySubquery(rows.values(told=JSONObject(**told)))


def permits_of(risk: Risk, user: Any) -> list[Permit]:
    """What `permits_with_risk` read of `risk`, for those who read exceptions. No query."""
    if not user.has_perm("risks.view_exception"):
        return []
    words = dict(RiskException.Kind.choices)
    return [
        Permit(**told | {"ends_on": date.fromisoformat(told["ends_on"]), "kind_word": str(words[told["kind"]])})
        for told in risk.permits
    ]


@dataclass(frozen=True, slots=True)
class Above:
    """The breach under way as the page of its risk shows it; `course` and `until` are "" and None where nothing was said."""

    value: Decimal
    began_at: datetime
    course: str
    course_word: str
    reason: str
    until: date | None
    is_undecided: bool


def breach_with_risk() -> ArraySubquery:
    """The breach under way of a risk, as part of the query that reads the risk."""
    rows = Breach.objects.open().filter(risk=OuterRef("pk")).with_undecided(organisations.today())
    told = {name: name for name in ("value", "began_at", "course", "course_reason", "decided_until")}
    return ArraySubquery(rows.values(told=JSONObject(asks="is_undecided", **told)))


def above_of(risk: Risk, user: Any) -> Above | None:
    """What `breach_with_risk` read of `risk`, for those who read scores. No query."""
    if not risk.breach or not user.has_perm("risks.view_score"):
        return None
    told = risk.breach[0]
    return Above(
        value=Decimal(str(told["value"])),
        began_at=datetime.fromisoformat(told["began_at"]),
        course=told["course"],
        course_word=str(dict(Breach.Course.choices).get(told["course"], "")),
        reason=told["course_reason"],
        until=date.fromisoformat(told["decided_until"]) if told["decided_until"] else None,
        is_undecided=told["asks"],
    )
