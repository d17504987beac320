"""What the pages of other apps show of risks: what would befall an asset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from portal.people.reach import Tally, grants, settle
from risks.models import Risk, RiskAsset

MOST_ROWS = 7


@dataclass(frozen=True, slots=True)
class Befalls:
    """The open risks of one asset: the worst few, and how many there are with those one may not open."""

    rows: tuple[Risk, ...]
    tally: Tally


def on_assets(ids: Sequence[int], user: Any) -> Mapping[int, Befalls]:
    """The open risks that would befall each asset of `ids`. Two queries, whatever the number of assets."""
    if not user.has_perm("risks.view_risk"):
        return {}
    seen, wanted = grants(user), list(ids)
    counts = {
        row["assets"]: settle(row["visible"], row["every"] - row["visible"], filtered=True)
        for row in Risk.objects.filter(Risk.countable(seen), assets__in=wanted)
        .open()
        .current()
        .order_by()
        .values("assets")
        .annotate(every=Count("pk"), visible=Count("pk", filter=Risk.visibility(seen)))
    }
    worst_first = [F("risk__score_state__current_value").desc(nulls_last=True), F("risk").asc()]
    links = (
        RiskAsset.objects.filter(asset__in=wanted, risk__in=Risk.objects.visible_to(user).open().current())
        .annotate(place=Window(RowNumber(), partition_by=F("asset"), order_by=worst_first))
        .filter(place__lte=MOST_ROWS)
        .select_related("risk__unit", "risk__score_state", "risk__it_owner", "risk__security_owner")
        .order_by("asset", "place")
    )
    rows: dict[int, list[Risk]] = {pk: [] for pk in wanted}
    for link in links:
        rows[link.asset_id].append(link.risk)
    return {pk: Befalls(tuple(rows[pk]), counts.get(pk, Tally(0))) for pk in wanted}
