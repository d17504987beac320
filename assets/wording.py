"""The words for fields, changes and events of this app, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from assets.models import Asset

FIELDS = {
    "name": _("Name"),
    "kind": _("Kind"),
    "description": _("What it does"),
    "unit": _("Unit"),
    "owner": _("Owner"),
    "location": _("Location"),
    "vendor": _("Vendor"),
    "product": _("Product"),
    "version_in_use": _("Version or firmware"),
    "serial_number": _("Serial number"),
    "fqdn": _("Host name"),
    "ip_address": _("IP address"),
    "mac_address": _("MAC address"),
    "operating_system": _("Operating system"),
    "purdue_level": _("Purdue level"),
    "zone": _("Zone"),
    "is_safety_relevant": _("Safety relevant"),
    "reachability": _("Reachable"),
    "data_classification": _("Data classification"),
    "support_ends_on": _("Support ends"),
    "recovery_time_hours": _("Works again within [hours]"),
    "recovery_point_hours": _("Work lost at most [hours]"),
    "own_confidentiality": _("Own confidentiality"),
    "own_integrity": _("Own integrity"),
    "own_availability": _("Own availability"),
    "own_safety": _("Own safety"),
    "protocols": _("Protocols"),
    "lifecycle": _("Lifecycle"),
    "supplier": _("Supplier"),
    "services": _("Open services"),
    "source": _("Source"),
    "external_id": _("Id at the source"),
    "last_seen_at": _("Last seen"),
    "OWN_ID": _("Own id"),
    "SERIAL": _("Serial number and vendor"),
    "MAC": _("MAC address"),
    "FQDN": _("Host name"),
    "IP": _("IP address"),
}
OF_ZONES = {
    "name": _("Name"),
    "unit": _("Unit"),
    "purdue_level": _("Purdue level"),
    "purpose": _("What it is for"),
    "target_level": _("Target security level"),
    "achieved_level": _("Achieved security level"),
    "is_safety": _("Safety zone"),
    "is_personal": _("People’s own devices"),
    "networks": _("Networks"),
}
EVENTS_OF_ZONES = {
    "zone.registered": _("registered it"),
    "zone.changed": _("changed"),
    "zone.archived": _("archived it"),
}
OF_SUPPLIERS = {
    "name": _("Name"),
    "services": _("What they supply"),
    "contract": _("Contract"),
    "contract_ends_on": _("Contract ends"),
    "criticality_level": _("Criticality"),
    "contact": _("Whom we call"),
    "owner": _("Owner"),
    "unit": _("Unit"),
}
EVENTS_OF_SUPPLIERS = {
    "supplier.registered": _("registered it"),
    "supplier.changed": _("changed"),
    "supplier.handed_over": _("handed it over"),
    "supplier.archived": _("archived it"),
}
ASPECTS = {
    "confidentiality": _("Confidentiality"),
    "integrity": _("Integrity"),
    "availability": _("Availability"),
    "safety": _("Safety"),
}
EVENTS = {
    "asset.registered": _("registered it"),
    "asset.declared": _("declared it before it exists"),
    "asset.confirmed": _("confirmed it, as discovery saw it"),
    "asset.discovered": _("accepted it from discovery"),
    "asset.changed": _("changed"),
    "asset.owner-named": _("named who answers for it"),
    "asset.followed-discovery": _("accepted from discovery"),
    "asset.archived": _("archived it"),
    "asset.components-taken-in": _("said what it is made of"),
    "asset.restored": _("brought it back"),
    "asset.split": _("parted it from what was wrongly taken for it"),
    "asset.split-off": _("parted it from an asset that it was wrongly taken for"),
    "asset.vanished": _("archived it, as discovery no longer saw it"),
}
REFUSALS = {
    "no-permit": _("A safety zone was scanned without a permit, so it was left unread."),
    "gave-up": _("It could not be read in five attempts. Take the file in again, or ask an administrator."),
}
UNREADABLE = _("The stored file could not be read. Take it in again.")


def field(name: str) -> Any:
    """The word for a field, an identifier's rung, or the name itself."""
    return FIELDS.get(name, name)


def shown(name: str, value: Any) -> str:
    """A value of a change as people read it."""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if name == "kind" and value in Asset.Kind.values:
        return str(Asset.Kind(value).label)
    return str(value)


def changes(found: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    """What `components/_diff.html` shows of a proposal's changes."""
    return [
        {"label": field(name), "before": shown(name, before), "after": shown(name, after)}
        for name, (before, after) in found.items()
    ]


def differences(asset: Asset, written: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where what somebody wrote differs from what `asset` says now, as `components/_diff.html` shows it."""
    now = {name: getattr(asset, name) for name in written}
    return [
        {"label": field(name), "before": _plain(name, now[name]), "after": _plain(name, value)}
        for name, value in written.items()
        if value != now[name]
    ]


def _plain(name: str, value: Any) -> str:
    return "" if value in (None, "") else shown(name, value)
