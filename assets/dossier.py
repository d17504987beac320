"""Everything the page of one asset shows, in a fixed number of questions to the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from assets import wording
from assets.criticality import ASPECTS
from assets.models import Asset, Dependency, Proposal
from portal import subjects
from portal.archive import changes


@dataclass(frozen=True)
class Aspect:
    """One aspect of criticality: own and effective level, and the assets it is inherited along, source first."""

    word: Any
    own: int | None
    effective: int | None
    path: Sequence[Asset | None]  # None stands for one that the reader may not open
    override: Mapping[str, Any] | None = None  # "level", "reason", "ends_on" of the one that counts instead

    @property
    def is_inherited(self) -> bool:
        return len(self.path) > 1


@dataclass(frozen=True)
class Links:
    """One side of what leans on what; `hidden_count` those whose other end may not be opened."""

    rows: Sequence[Dependency]
    hidden_count: int


@dataclass(frozen=True)
class Dossier:
    asset: Asset
    aspects: Sequence[Aspect]
    identifiers: Sequence[Any]
    leans_on: Links
    carries: Links
    proposals: Sequence[Proposal]
    entries: Sequence[changes.Entry]
    has_more: bool  # older changes
    link_count: int  # dependencies that would end with it
    panels: Sequence[dict[str, Any]]


def of(asset: Asset, user: Any) -> Dossier:
    """The page of `asset` as `user` may see it."""
    entries, has_more = changes.read("asset", asset, user)
    counts = _counts(asset)
    links = _links(asset, user, counts)
    return Dossier(
        asset=asset,
        aspects=_aspects(asset, user),
        identifiers=sorted(asset.identifiers.all(), key=lambda one: (list(type(one).Rung).index(one.rung), one.value)),
        leans_on=links["supporting"],
        carries=links["dependent"],
        proposals=_proposals(asset, user),
        entries=entries,
        has_more=has_more,
        link_count=sum(counts.values()),
        panels=_panels(asset, user),
    )


def _aspects(asset: Asset, user: Any) -> list[Aspect]:
    ids = {pk for path in asset.criticality_path.values() for pk in path}
    told = {one["aspect"]: one | {"ends_on": date.fromisoformat(one["ends_on"])} for one in getattr(asset, "overrides_told", ())}
    known = {one.pk: one for one in Asset.objects.visible_to(user).filter(pk__in=ids)} if ids - {asset.pk} else {asset.pk: asset}
    return [
        Aspect(
            word=wording.ASPECTS[aspect],
            own=getattr(asset, f"own_{aspect}"),
            effective=getattr(asset, f"effective_{aspect}"),
            path=[known.get(pk) for pk in asset.criticality_path.get(aspect, ())],
            override=told.get(aspect),
        )
        for aspect in ASPECTS
    ]


def _counts(asset: Asset) -> Mapping[str, int]:
    """How many dependencies there are by what stands at their other end, in sight or not."""
    both = Dependency.objects.current().filter(Q(dependent=asset) | Q(supporting=asset))
    ends = {"supporting": Q(dependent=asset), "dependent": Q(supporting=asset)}
    counts = both.aggregate(**{f"{end}_count": Count("pk", filter=condition) for end, condition in ends.items()})
    return {end: counts[f"{end}_count"] for end in ends}


def _links(asset: Asset, user: Any, counts: Mapping[str, int]) -> dict[str, Links]:
    """What it leans on and what leans on it, by the other end's name; one query."""
    both = Dependency.objects.visible_to(user).current().filter(Q(dependent=asset) | Q(supporting=asset))
    rows = list(both.select_related("dependent", "supporting"))
    found = {
        "supporting": [row for row in rows if row.dependent_id == asset.pk],
        "dependent": [row for row in rows if row.supporting_id == asset.pk],
    }
    for end, links in found.items():
        links.sort(key=lambda row, end=end: (getattr(row, end).name, row.pk))
    return {end: Links(links, counts[end] - len(links)) for end, links in found.items()}


def _proposals(asset: Asset, user: Any) -> list[Proposal]:
    found = Proposal.objects.visible_to(user).filter(asset=asset, state=Proposal.State.OPEN)
    return list(found.select_related("run").order_by("-pk")[:5])


def _panels(asset: Asset, user: Any) -> list[dict[str, Any]]:
    return [
        {"name": panel["name"], "template": panel["template"], "cell": panel["cells"].get(asset.pk)}
        for panel in subjects.panels("asset", [asset.pk], user)
    ]
