"""Whose word counts for which field of an asset: a lower source never overwrites a higher one, and each value knows whose it is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets import authority
from assets.models import SourceOrder
from portal import clock, turns
from portal.errors import Invalid
from portal.record import audit

MAY = "assets.settle_discovery"
FIELDS = tuple(SourceOrder.Field.values)
BY_HAND = "by hand"  # stands in an order for what people wrote
BY_HAND_SHOWN = gettext_lazy("by hand")
MOST_SOURCES, LONGEST = 20, 60

# Only where nobody saved the asset since it was read.
_NOTED = """
    UPDATE assets_asset a SET told_by = a.told_by || told.fields
    FROM unnest(%s::bigint[], %s::integer[], %s::jsonb[]) AS told (id, version, fields)
    WHERE a.id = told.id AND a.version = told.version
"""


@dataclass(frozen=True)
class Ranking:
    """By field the places of the sources, 0 the strongest."""

    places: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def is_above(self, name: str, one: str, other: str) -> bool:
        """Whether `one` counts more than `other` for this field; two that the order does not name count alike."""
        places = self.places.get(name, {})
        lowest = len(places)
        return places.get(one.casefold(), lowest) < places.get(other.casefold(), lowest)

    def kept_from(self, source: str, values: Mapping[str, Any], told_by: Mapping[str, str]) -> frozenset[str]:
        """Fields in which `source` may not overwrite what stands there; an empty one is nobody's word."""
        held = (name for name in self.places if values.get(name))
        return frozenset(name for name in held if self.is_above(name, told_by.get(name, BY_HAND), source))


def ranking() -> Ranking:
    """One query."""
    rows = SourceOrder.objects.current().values_list("field", "sources")
    return Ranking({name: {one.casefold(): place for place, one in enumerate(sources)} for name, sources in rows})


@transaction.atomic
def put(name: str, sources: Sequence[str], *, actor: Any) -> SourceOrder:
    """For this field the word of `sources` counts in that order from now on. PermissionDenied, Invalid by field."""
    authority.require(actor, MAY)
    turns.wait_for(f"source order {name}")
    told = _checked(name, sources)
    before = SourceOrder.objects.select_for_update(of=["self"]).current().filter(field=name).first()
    if before is not None and before.sources == told:
        return before
    if before is not None:
        _end(before, actor)
    order = SourceOrder.objects.create(field=name, sources=told, set_by=actor)
    audit.record(actor, "source-order.set", order, {"field": name, "sources": told})
    return order


@transaction.atomic
def end(order: SourceOrder, *, actor: Any) -> SourceOrder:
    """Every source counts alike for the field again. Nothing happens to an order that ended. PermissionDenied."""
    authority.require(actor, MAY)
    order = SourceOrder.objects.select_for_update(of=["self"]).get(pk=order.pk)
    if order.archived_at is None:
        _end(order, actor)
    return order


def note(ranks: Ranking, source: str, seen: Iterable[tuple[Any, Mapping[str, str]]]) -> None:
    """Where `source` says the same as stands there already, and counts more than whoever said it before, it is its word now.
    `seen` holds each known asset (assets/discovery/matching.py) with the fields that were seen of it. One statement at most."""
    found: dict[int, tuple[int, dict[str, str]]] = {}
    for asset, fields in seen:
        for name, value in fields.items():
            if value and asset.fields.get(name) == value and ranks.is_above(name, source, asset.told_by.get(name, BY_HAND)):
                found.setdefault(asset.id, (asset.version, {}))[1][name] = source
    if found:
        told = [json.dumps(fields) for __, fields in found.values()]
        with connection.cursor() as cursor:
            cursor.execute(_NOTED, [list(found), [version for version, __ in found.values()], told])


def _end(order: SourceOrder, actor: Any) -> None:
    order.archived_at, order.version = clock.now(), order.version + 1
    order.save(update_fields=["archived_at", "version"])
    audit.record(actor, "source-order.ended", order, {"field": order.field})


def _checked(name: str, sources: Sequence[str]) -> list[str]:
    wrong = {}
    told = [one for text in sources if (one := " ".join(str(text).replace("\x00", "").split()))]
    if name not in FIELDS:
        wrong["field"] = [_("Choose one of the fields that a source may state.")]
    if not told or len(told) > MOST_SOURCES or any(len(one) > LONGEST for one in told):
        wrong["sources"] = [_("Name one to twenty sources as their runs do, the strongest first; “by hand” is what people wrote.")]
    elif len({one.casefold() for one in told}) < len(told):
        wrong["sources"] = [_("A source stands there twice. Name each once.")]
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], fields=wrong)
    return told
