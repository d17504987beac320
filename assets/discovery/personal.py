"""Devices of people's own: recognised where the inventory knows them, else neither proposed nor kept for longer than 30 days."""

import ipaddress
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assets.models import DiscoveryRun, Identifier, ObservedIdentifier, Zone
from portal.archive import periods

KEPT_FOR = timedelta(days=30)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks() -> Sequence[Network]:
    """Where people bring their own. One query."""
    told = Zone.objects.current().filter(is_personal=True).exclude(networks=[]).values_list("networks", flat=True)
    return [ipaddress.ip_network(text) for texts in told for text in texts]


def is_within(identifiers: Iterable[Sequence[str]], ranges: Sequence[Network]) -> bool:
    """Whether one of the (rung, value) is an address in one of these."""
    if not ranges:
        return False
    addresses = [ipaddress.ip_address(value) for rung, value in identifiers if rung == Identifier.Rung.IP]
    return any(address in one for address in addresses for one in ranges)


def close(run: DiscoveryRun) -> int:
    """How many of them the run saw. What they were known by was needed only while it was read."""
    own = run.observations.exclude(personal_at=None)
    ObservedIdentifier.objects.filter(run=run, observation__in=own).delete()
    return own.count()


periods.add(
    periods.Period(
        "personal-devices",
        _("Sightings of people’s own devices"),
        _("30 days"),
        KEPT_FOR,
        "assets.Observation",
        "personal_at",
        further=lambda limit: Q(asset=None, proposals=None),
    )
)
