"""The page of zones: the map by Purdue level, its table, and what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assets import zone_map, zones
from assets.models import Conduit, Zone
from assets.zone_map import Box, Map
from assets.zones import Crossing


@dataclass(frozen=True)
class Place:
    """A zone with its box, how many assets stand in it, and its conduits."""

    zone: Zone
    box: Box
    asset_count: int
    conduits: Sequence[Conduit]


@dataclass(frozen=True)
class Overview:
    map: Map
    places: Sequence[Place]
    conduits: Sequence[Conduit]
    crossings: Sequence[Crossing]
    unknown: Sequence[tuple[str, int]]  # names that assets give and no zone has, with how many

    @property
    def short(self) -> Sequence[Zone]:
        return [place.zone for place in self.places if place.zone.is_short]

    @property
    def blind(self) -> Sequence[Zone]:
        """Safety zones of which no scan can be recognised, so that every active one around them is held."""
        return [place.zone for place in self.places if place.zone.is_safety and not place.zone.networks]

    @property
    def fault_count(self) -> int:
        return len(self.crossings) + len(self.short) + len(self.unknown) + len(self.blind)


def read(user: Any) -> Overview:
    """Six queries, whatever the number of zones."""
    found = list(Zone.objects.visible_to(user).current().select_related("unit").order_by("name"))
    conduits = list(Conduit.objects.visible_to(user).current().select_related("first", "second").order_by("first__name", "pk"))
    crossings, counts = zones.crossings(user), zones.counts(user)
    joined = [(one.first_id, one.second_id) for one in conduits]
    drawn = zone_map.draw(
        {zone.pk: zone.purdue_level for zone in found}, joined, [(one.first.pk, one.second.pk) for one in crossings]
    )
    boxes = {box.id: box for box in drawn.boxes}
    places = [
        Place(
            zone,
            boxes[zone.pk],
            counts.pop(zone.name.casefold(), 0),
            [one for one in conduits if zone.pk in (one.first_id, one.second_id)],
        )
        for zone in found
    ]
    places.sort(key=lambda place: (zone_map.LEVELS.index(place.zone.purdue_level), place.zone.name))
    return Overview(drawn, places, conduits, crossings, sorted(counts.items()))
