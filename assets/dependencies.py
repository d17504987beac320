"""What leans on what: record a dependency, end one."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from assets import authority, criticality
from assets.errors import AlreadyLeaning, Archived, LeansOnItself
from assets.models import Asset, Dependency
from assets.signals import assets_changed
from portal import clock
from portal.record import audit


@transaction.atomic
def record(dependent: Asset, supporting: Asset, kind: str, *, actor: Any) -> Dependency:
    """`dependent` leans on `supporting` from now on. LeansOnItself, AlreadyLeaning, Archived."""
    if dependent.pk == supporting.pk:
        raise LeansOnItself
    ends = Asset.objects.select_for_update(of=["self"]).select_related("unit").order_by("pk")
    ends = {asset.pk: asset for asset in ends.filter(pk__in=[dependent.pk, supporting.pk])}
    authority.require(actor, "assets.change_asset", ends[dependent.pk].unit)
    for asset in ends.values():
        if asset.archived_at is not None:
            raise Archived(asset)
    if Dependency.objects.current().filter(dependent=dependent, supporting=supporting, kind=kind).exists():
        raise AlreadyLeaning
    dependency = Dependency.objects.create(dependent=dependent, supporting=supporting, kind=kind, recorded_by=actor)
    audit.record(actor, "dependency.recorded", dependency, {"dependent": dependent.pk, "supporting": supporting.pk})
    _renew([supporting.pk], "dependency.recorded")
    return dependency


@transaction.atomic
def remove(dependency: Dependency, *, actor: Any) -> Dependency:
    """End a dependency; its row stays. Does nothing to one that ended already."""
    dependency = Dependency.objects.select_for_update(of=["self"]).select_related("dependent__unit").get(pk=dependency.pk)
    authority.require(actor, "assets.change_asset", dependency.dependent.unit)
    if dependency.archived_at is not None:
        return dependency
    dependency.archived_at, dependency.version = clock.now(), dependency.version + 1
    dependency.save(update_fields=["archived_at", "version"])
    audit.record(actor, "dependency.removed", dependency)
    _renew([dependency.supporting_id], "dependency.removed")
    return dependency


def end_all_of(asset: Asset) -> list[int]:
    """An archived asset leans on nothing and carries nothing; the ids whose effective criticality changed."""
    links = Dependency.objects.current().filter(Q(dependent=asset) | Q(supporting=asset))
    supporting = list(links.filter(dependent=asset).values_list("supporting_id", flat=True))
    links.update(archived_at=asset.archived_at or clock.now())
    return criticality.renew(supporting)


def bring_back(asset: Asset, ended_at: datetime) -> list[int]:
    """The dependencies that ended when `asset` was archived, as far as their other end is there and nobody recorded them anew;
    the ids of what they support."""
    ended = Dependency.objects.filter(Q(dependent=asset) | Q(supporting=asset), archived_at=ended_at)
    ended = ended.filter(dependent__archived_at=None, supporting__archived_at=None).order_by("pk")
    supporting = []
    for link in ended:
        same = {"dependent": link.dependent_id, "supporting": link.supporting_id, "kind": link.kind}
        if not Dependency.objects.current().filter(**same).exists():
            link.archived_at, link.version = None, link.version + 1
            link.save(update_fields=["archived_at", "version"])
            supporting.append(link.supporting_id)
    return supporting


def _renew(asset_ids: list[int], cause: str) -> None:
    changed = criticality.renew(asset_ids)
    assets_changed.send(Dependency, asset_ids=sorted({*asset_ids, *changed}), cause=cause)
