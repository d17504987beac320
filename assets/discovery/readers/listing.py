"""What a row of an inventory says, by the headings of its columns, whatever kind of file holds the rows."""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from django.utils.translation import gettext as _

from assets.discovery import candidate as spelling
from assets.discovery.candidate import Candidate, distinct, plain
from assets.errors import NotAnInventory, UnknownFormat

# Column → the headings people give it, spelled in letters and digits only.
HEADINGS = {
    "own_id": ("assetid", "id", "assettag", "tag", "inventoryno", "inventorynumber", "externalid"),
    "name": ("name", "asset", "assetname", "displayname"),
    "kind": ("kind", "type", "assettype", "category"),
    "vendor": ("vendor", "manufacturer", "maker", "make"),
    "product": ("model", "product", "modelnumber"),
    "serial": ("serial", "serialnumber", "serialno", "sn"),
    "mac": ("mac", "macaddress", "macaddresses", "hardwareaddress"),
    "fqdn": ("fqdn", "hostname", "host", "dnsname"),
    "ip": ("ip", "ipaddress", "ipaddresses", "address"),
    "operating_system": ("operatingsystem", "os", "system"),
    "version_in_use": ("firmware", "firmwareversion", "version", "softwareversion"),
    "location": ("location", "place", "room"),
}
COLUMN_OF = {heading: column for column, headings in HEADINGS.items() for heading in headings}
IDENTIFYING = ("own_id", "serial", "mac", "fqdn", "ip")
STATED = {name: name for name in ("vendor", "product", "operating_system", "version_in_use", "location")} | {
    "serial": "serial_number"
}
NOTHING_TOLD: Mapping[str, str] = MappingProxyType({})
LEFT_OUT = "-"  # what somebody says of a heading that means nothing to us


def spelled(heading: str) -> str:
    """A heading as it is looked up: letters and digits alone, small."""
    return re.sub(r"[\W_]", "", heading.casefold())


def columns(headings: Sequence[str], told: Mapping[str, str]) -> list[str]:
    """The column each heading stands for, as somebody told (spelled heading → column) or as people usually write it; "" for those
    that say nothing about an asset. UnknownFormat, NotAnInventory."""
    means = COLUMN_OF | told
    columns = [column if (column := means.get(spelled(heading), "")) != LEFT_OUT else "" for heading in headings]
    known = [column for column in columns if column]
    if not set(known).intersection(IDENTIFYING):
        if len(headings) < 2 and not known:
            raise UnknownFormat
        raise NotAnInventory(
            _("The first line names no column that identifies an asset: asset_id, serial, mac, fqdn or ip. Add one, or say which.")
        )
    twice = next((column for column in known if known.count(column) > 1), None)
    if twice:
        raise NotAnInventory(
            _("Two columns both mean “%(column)s”. Keep one of them and upload the file again.") % {"column": twice}
        )
    return columns


def candidate(cells: dict[str, str], line: int) -> Candidate:
    value = {column: plain(cell) for column, cell in cells.items()}
    identifiers = distinct(
        spelling.own_id(value.get("own_id", "")),
        spelling.serial(value.get("vendor", ""), value.get("serial", "")),
        *(spelling.mac(one) for one in _each(cells, "mac", line, spelling.hardware_address)),
        *(spelling.fqdn(one) for one in _each(cells, "fqdn", line, spelling.host_name)),
        *(spelling.ip(one) for one in _each(cells, "ip", line, _address)),
    )
    if not identifiers:
        raise NotAnInventory(
            _("Line %(line)s has nothing that identifies the asset. Give it an asset_id, a serial or an address.") % {"line": line}
        )
    stated = {field: value[column] for column, field in STATED.items() if value.get(column)}
    kind = re.sub(r"[^A-Z]+", "_", value.get("kind", "").upper()).strip("_")
    return Candidate(
        name=value.get("name") or value.get("fqdn") or value.get("own_id") or identifiers[0].value,
        identifiers=identifiers,
        fields=spelling.bounded(stated),
        guesses={"kind": kind} if kind else {},
    )


def _each(cells: dict[str, str], column: str, line: int, readable: Callable[[str], object]) -> list[str]:
    """The values in a cell, which may hold several apart by spaces, semicolons, bars or commas."""
    values = [one for one in re.split(r"[\s;|,]+", cells.get(column, "")) if one]
    for value in values:
        if not readable(value):
            raise NotAnInventory(
                _("Line %(line)s: “%(value)s” is no %(column)s address. Correct it or leave the cell empty.")
                % {"line": line, "value": plain(value, 60), "column": column.upper()}
            )
    return values


def _address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
