"""Crown jewels: the assets that matter most in their own right, what carries them, and what could happen to any of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Coalesce, Greatest

from assets import reach
from assets.models import Asset
from risks import hidden, scales
from risks.models import Risk, RiskAsset

MOST = 50
HIGHEST = 5
OWN = Coalesce(Greatest(*(f"own_{aspect}" for aspect in scales.ASPECTS)), Value(0), output_field=SmallIntegerField())


@dataclass(frozen=True)
class Jewel:
    """An asset with the level it is judged at itself; `carrier_count` assets carry it over up to `depth` steps, and the open
    risks are those of any of them."""

    asset: Asset
    own_level: int
    aspects: Sequence[str]  # in which it has that level
    depth: int
    carrier_count: int
    risk_count: int
    worst: Any  # the risk with its points and band, or None

    @property
    def worst_score(self) -> Decimal | None:
        return self.worst.points if self.worst else None


@dataclass(frozen=True)
class Jewels:
    """`level` is what they are judged at or above; the worst first by open risk. `leaves_out`: there are risks that the reader may
    not open and that no count here holds; `is_whole` False where there is more below them than can be walked at once."""

    rows: Sequence[Jewel]
    level: int
    total: int
    leaves_out: bool
    is_whole: bool

    @property
    def more_count(self) -> int:
        return self.total - len(self.rows)

    @property
    def unowned_count(self) -> int:
        return sum(one.asset.owner_id is None for one in self.rows)


def read(user: Any, *, level: int = HIGHEST) -> Jewels:
    """What is judged at `level` or above, as far as `user` may open it. Seven queries, whatever the number."""
    found = Asset.objects.visible_to(user).current().annotate(own_level=OWN).filter(own_level__gte=level)
    assets = list(found.select_related("unit", "owner").order_by("-own_level", "name", "pk")[:MOST])
    walk = reach.supports([one.pk for one in assets])
    risks = _open_risks({pk for depths in walk.depths.values() for pk in depths}, user)
    rows = [_jewel(asset, walk.depths[asset.pk], risks) for asset in assets]
    rows.sort(key=lambda one: (-one.own_level, -(one.worst_score or 0), -one.risk_count, one.asset.name))
    total = found.count()
    return Jewels(rows, level, total, hidden.of(user).are_there, walk.is_whole)


def _jewel(asset: Any, depths: dict[int, int], risks: dict[int, list[Risk]]) -> Jewel:
    threatening = {risk.pk: risk for pk in depths for risk in risks.get(pk, ())}
    worst = max(threatening.values(), key=lambda one: (one.points or Decimal(-1), -one.pk), default=None)
    return Jewel(
        asset=asset,
        own_level=asset.own_level,
        aspects=[aspect for aspect in scales.ASPECTS if getattr(asset, f"own_{aspect}") == asset.own_level],
        depth=max(depths.values(), default=0),
        carrier_count=max(0, len(depths) - 1),
        risk_count=len(threatening),
        worst=worst,
    )


def _open_risks(asset_ids: set[int], user: Any) -> dict[int, list[Risk]]:
    """By asset the open risks that `user` may open."""
    if not asset_ids:
        return {}
    seen: QuerySet = Risk.objects.visible_to(user).open().current()
    links = list(RiskAsset.objects.filter(asset__in=asset_ids, risk__in=seen.order_by().values("pk")).values_list("asset", "risk"))
    wanted = seen.filter(pk__in={risk for __, risk in links}).only("number", "title")
    told = {"points": F("score_state__current_value"), "band": F("score_state__current_band")}
    rows = {one.pk: one for one in wanted.annotate(**told)}
    by_asset: dict[int, list[Risk]] = {}
    for asset, risk in links:
        if risk in rows:
            by_asset.setdefault(asset, []).append(rows[risk])
    return by_asset
