"""What each kind of asset has: the form asks for that alone, and what a kind cannot have is refused."""

from collections.abc import Mapping

from assets.models import Asset

Kind = Asset.Kind

EVERY = frozenset({"name", "kind", "unit", "owner", "description", "lifecycle", "location", "supplier"})
EVERY |= {"own_confidentiality", "own_integrity", "own_availability", "own_safety"}
RECOVERED = frozenset({"recovery_time_hours", "recovery_point_hours"})
MADE = frozenset({"vendor", "product", "version_in_use", "support_ends_on"})
CONNECTED = frozenset({"reachability", "fqdn", "ip_address"})
DEVICE = MADE | CONNECTED | {"serial_number", "mac_address", "purdue_level", "zone", "is_safety_relevant"}

FIELDS: Mapping[str, frozenset[str]] = {
    Kind.DATA: EVERY | RECOVERED | {"data_classification", "purdue_level", "zone"},
    Kind.APPLICATION: EVERY | RECOVERED | MADE | CONNECTED | {"data_classification", "purdue_level", "zone", "operating_system"},
    Kind.CLOUD_SERVICE: EVERY | RECOVERED | MADE | {"reachability", "fqdn", "data_classification", "purdue_level"},
    Kind.SERVER: EVERY | RECOVERED | DEVICE | {"operating_system", "data_classification"},
    Kind.ENDPOINT: EVERY | RECOVERED | DEVICE | {"operating_system"},
    Kind.NETWORK: EVERY | RECOVERED | DEVICE,
    Kind.CONNECTED_EQUIPMENT: EVERY | DEVICE | {"operating_system", "protocols"},
    Kind.OT_DEVICE: EVERY | RECOVERED | DEVICE | {"operating_system", "protocols"},
    Kind.FACILITY: EVERY | {"is_safety_relevant", "zone"},
    Kind.BUSINESS_SERVICE: EVERY | RECOVERED | {"is_safety_relevant"},
}
ASKED = frozenset().union(*FIELDS.values())

# What is no thing one can touch, or no machine, has none of these, however they came in.
OF_MACHINES = frozenset({"serial_number", "mac_address", "ip_address", "operating_system", "protocols"})
NO_MACHINES = frozenset({Kind.DATA, Kind.FACILITY, Kind.BUSINESS_SERVICE})
SPEAKS_PROTOCOLS = frozenset({Kind.OT_DEVICE, Kind.CONNECTED_EQUIPMENT, Kind.NETWORK, Kind.SERVER})


def fields_of(kind: str) -> frozenset[str]:
    """What is asked of that kind; everything where the kind is none."""
    return FIELDS.get(kind, ASKED)


def strangers(asset: Asset) -> list[str]:
    """Columns that are filled in and that nothing of this kind can have."""
    wrong = set(OF_MACHINES) if asset.kind in NO_MACHINES else set()
    if asset.kind not in SPEAKS_PROTOCOLS:
        wrong |= {"protocols"}
    return sorted(name for name in wrong if getattr(asset, name))
