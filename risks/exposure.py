"""What a risk's assets bring to its score: stored effective criticality, reachability, support, safety."""

from collections.abc import Iterable, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from assets.models import ExploitedMatch
from risks import scales
from risks.models import RiskAsset
from risks.scoring import Criticality, Exploited, Exposure, Reach, SupportEnd

_FACTS = (
    "reachability",
    "support_ends_on",
    "is_safety_relevant",
    *(f"effective_{aspect}" for aspect in scales.ASPECTS),
)


def measure(risk_ids: Sequence[int]) -> dict[int, Exposure]:
    """The exposure of each of `risk_ids` that has current assets. One query, whatever their number."""
    links = (
        RiskAsset.objects.filter(risk__in=risk_ids, asset__archived_at=None)
        .order_by("risk_id", "asset_id")
        .values_list("risk_id", "asset_id", *(f"asset__{fact}" for fact in _FACTS), _confirmed())
    )
    by_risk: dict[int, list[tuple]] = {}
    for risk_id, *asset in links.iterator(chunk_size=5000):
        by_risk.setdefault(risk_id, []).append(tuple(asset))
    return {risk_id: _exposure(assets) for risk_id, assets in by_risk.items()}


def _confirmed() -> ArraySubquery:
    """What is confirmed on the asset and known to be exploited, as part of the query; what is possible brings nothing."""
    matches = ExploitedMatch.objects.filter(asset=OuterRef("asset_id"), state=ExploitedMatch.State.CONFIRMED)
    return ArraySubquery(matches.order_by("cve").values("cve"))


def _exposure(assets: list[tuple]) -> Exposure:
    """The worst of all assets by fact; among equals the asset that was registered first."""
    return Exposure(
        criticalities=tuple(_criticalities(assets)),
        reach=_reach(assets),
        support_ends=tuple(SupportEnd(ends_on, asset_id) for asset_id, _, ends_on, *_ in assets if ends_on is not None),
        safety_zone_asset_id=next((asset_id for asset_id, _, _, safety, *_ in assets if safety), None),
        exploited=tuple(_exploited(assets)),
    )


def _exploited(assets: list[tuple]) -> Iterable[Exploited]:
    """Each vulnerability once, on the asset that was registered first."""
    found = {cve: asset[0] for asset in reversed(assets) for cve in asset[-1]}
    return (Exploited(cve, found[cve]) for cve in sorted(found))


def _criticalities(assets: list[tuple]) -> Iterable[Criticality]:
    for place, aspect in enumerate(scales.ASPECTS, start=4):
        judged = [asset for asset in assets if asset[place] is not None]
        if judged:
            worst = max(judged, key=lambda asset: (asset[place], -asset[0]))
            yield Criticality(aspect, worst[place], worst[0])


def _reach(assets: list[tuple]) -> Reach:
    farthest = max(assets, key=lambda asset: (scales.REACHABILITIES.index(asset[1]), -asset[0]))
    return Reach(farthest[1], farthest[0])
