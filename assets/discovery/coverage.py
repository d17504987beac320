"""What was declared against what was seen in the last 30 days: networks of zones, sites, and addresses outside of them all.

A network is declared by naming it at its zone. Seen is what a scan or a list told: current assets by their addresses, and
proposals that nobody has settled yet. Counts of a network are of everything in it, for they are about whoever keeps it; what
stands outside is told only as far as the reader may open it. Where people bring their own devices nothing is counted.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from assets import authority
from assets.models import Zone
from portal import clock
from portal.people import access
from portal.people.models import Unit

SEEN_WITHIN = timedelta(days=30)
SHOWN_BITS = {4: 24, 6: 64}  # what stands outside is told by networks of this size
MOST_OUTSIDE = 50

# Addresses are first gathered into networks as small as the smallest declared one, so that each range meets few rows.
_SEEN = """
WITH address AS (
    SELECT i.value::inet AS at, a.last_seen_at AS seen_at, 'known' AS what,
           u.path LIKE ANY(%(paths)s) OR a.owner_id = %(user)s AS opens
    FROM assets_identifier i JOIN assets_asset a ON a.id = i.asset_id AND a.archived_at IS NULL AND a.last_seen_at IS NOT NULL
    JOIN people_unit u ON u.id = a.unit_id
    WHERE i.rung = 'IP'
    UNION ALL
    SELECT s.value::inet, coalesce(o.observed_at, r.created_at), 'unsettled', u.path LIKE ANY(%(paths)s)
    FROM assets_discoveryrun r JOIN people_unit u ON u.id = r.unit_id
    JOIN assets_proposal p ON p.run_id = r.id AND p.kind = 'NEW' AND p.state = 'OPEN'
    JOIN assets_observation o ON o.id = p.observation_id
    JOIN assets_observedidentifier s ON s.observation_id = o.id AND s.rung = 'IP'
    WHERE r.created_at >= %(since)s
), small AS (
    SELECT network(set_masklen(at, CASE family(at) WHEN 4 THEN %(four)s ELSE %(six)s END)) AS network,
           max(seen_at) AS last,
           count(*) FILTER (WHERE what = 'known' AND seen_at >= %(since)s) AS known,
           count(*) FILTER (WHERE what = 'unsettled' AND seen_at >= %(since)s) AS unsettled,
           count(*) FILTER (WHERE what = 'known' AND seen_at >= %(since)s AND opens) AS known_open,
           count(*) FILTER (WHERE what = 'unsettled' AND seen_at >= %(since)s AND opens) AS unsettled_open
    FROM address GROUP BY 1
)
SELECT declared.place, '' AS network, coalesce(sum(known), 0)::int, coalesce(sum(unsettled), 0)::int, max(last)
FROM unnest(%(ranges)s::cidr[]) WITH ORDINALITY AS declared (network, place)
LEFT JOIN small ON small.network <<= declared.network GROUP BY declared.place
UNION ALL
SELECT 0, network(set_masklen(small.network, CASE family(small.network) WHEN 4 THEN 24 ELSE 64 END))::text,
       sum(known_open)::int, sum(unsettled_open)::int, max(last)
FROM small WHERE known_open + unsettled_open > 0 AND NOT small.network <<= ANY(%(every)s::cidr[]) GROUP BY 2
"""


@dataclass(frozen=True)
class Range:
    """A declared network, how many addresses in it were seen within the 30 days, and when one was last."""

    network: str
    zone: Zone
    known_count: int
    unsettled_count: int  # seen, and not settled yet whether it is ours
    last_seen_at: datetime | None

    @property
    def is_gap(self) -> bool:
        return not (self.known_count or self.unsettled_count)


@dataclass(frozen=True)
class Outside:
    """A network that no zone names and in which something was seen."""

    network: str
    known_count: int
    unsettled_count: int


@dataclass(frozen=True)
class Coverage:
    since: datetime
    ranges: Sequence[Range]  # those of the units that the reader works for
    sites: Sequence[Unit]  # without a range
    outside: Sequence[Outside]

    @property
    def unseen(self) -> Sequence[Range]:
        return [one for one in self.ranges if one.is_gap]

    @property
    def gap_count(self) -> int:
        return len(self.unseen) + len(self.sites) + len(self.outside)


def read(user: Any) -> Coverage:
    """As `user` may see it. Three queries."""
    grants = access.grants(user)
    units = list(authority.units(user))
    theirs, since = {unit.pk for unit in units}, clock.now() - SEEN_WITHIN
    zones = [zone for zone in Zone.objects.visible_to(user).current().select_related("unit").order_by("name") if zone.networks]
    told = [(ipaddress.ip_network(text), zone) for zone in zones for text in zone.networks]
    shown = [(network, zone) for network, zone in told if zone.unit_id in theirs and not zone.is_personal]
    bits = {family: max([least, *(n.prefixlen for n, _ in told if n.version == family)]) for family, least in SHOWN_BITS.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            _SEEN,
            {
                "paths": ["/%"] if grants.everywhere else [f"{path}%" for path in grants.unit_paths],
                "user": grants.user_id,
                "since": since,
                "four": bits[4],
                "six": bits[6],
                "ranges": [str(network) for network, _zone in shown],
                "every": [str(network) for network, _zone in told],
            },
        )
        rows = cursor.fetchall()
    seen = {place: (known, unsettled, last) for place, _network, known, unsettled, last in rows if place}
    outside = [Outside(network, known, unsettled) for place, network, known, unsettled, _last in rows if not place]
    outside.sort(key=lambda one: (-one.known_count - one.unsettled_count, one.network))
    return Coverage(
        since=since,
        ranges=[Range(str(network), zone, *seen[place]) for place, (network, zone) in enumerate(shown, start=1)],
        sites=_without(units, {zone.unit.path for _network, zone in told}),
        outside=outside[:MOST_OUTSIDE],
    )


def _without(units: Sequence[Unit], paths: set[str]) -> list[Unit]:
    """Sites for which no range is declared, there or below."""
    sites = [unit for unit in units if unit.kind == Unit.Kind.SITE]
    return [site for site in sites if not any(path.startswith(site.path) for path in paths)]
