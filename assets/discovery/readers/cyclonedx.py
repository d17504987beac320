"""Reads a bill of materials in CycloneDX JSON, 1.2 to 1.6: bytes → parts of a system, nothing else."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from assets.discovery.candidate import plain
from assets.errors import NoBillOfMaterials

LARGEST_BYTES = 40 * 1024 * 1024
MOST_COMPONENTS = 100_000
DEEPEST = 50
SPEC_VERSIONS = frozenset({"1.2", "1.3", "1.4", "1.5", "1.6"})


@dataclass(frozen=True, slots=True)
class Part:
    """One component by its name without a version, with every version of it that the list names, in order."""

    key: str
    kind: str
    name: str
    publisher: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bill:
    spec_version: str
    sha256: str
    parts: tuple[Part, ...]


def read(stream: BinaryIO) -> Bill:
    """Raises NoBillOfMaterials with one sentence."""
    content = stream.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise NoBillOfMaterials(_("The file is larger than 40 MB. Part the bill of materials by system."))
    if not content.strip():
        raise NoBillOfMaterials(_("The file is empty. Choose the file that the build wrote."))
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NoBillOfMaterials from None
    if not isinstance(document, dict) or document.get("bomFormat") != "CycloneDX":
        raise NoBillOfMaterials
    spec = document.get("specVersion")
    if spec not in SPEC_VERSIONS:
        raise NoBillOfMaterials(_("Only CycloneDX 1.2 to 1.6 can be read. Let the build write one of those."))
    found: dict[str, tuple[dict[str, str], set[str]]] = {}
    for place, row in enumerate(_rows(document.get("components", []), DEEPEST), start=1):
        if place > MOST_COMPONENTS:
            raise NoBillOfMaterials(_("The file names more than 100,000 components. Part it by system."))
        facts, version = _facts(place, row)
        found.setdefault(facts["key"], (facts, set()))[1].add(version)
    if not found:
        raise NoBillOfMaterials(_("The file names no component. Check the build that wrote it."))
    parts = tuple(Part(**facts, versions=tuple(sorted(told - {""}))) for facts, told in found.values())
    return Bill(spec, hashlib.sha256(content).hexdigest(), parts)


def _rows(components: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Parts of parts as well."""
    if not isinstance(components, list) or depth == 0:
        raise NoBillOfMaterials
    for row in components:
        if not isinstance(row, dict):
            raise NoBillOfMaterials
        yield row
        if row.get("components"):
            yield from _rows(row["components"], depth - 1)


def _facts(place: int, row: dict[str, Any]) -> tuple[dict[str, str], str]:
    name, group, kind = _text(row, "name", 200), _text(row, "group", 90), _text(row, "type", 40)
    if not name:
        sentence = _("Component %(place)d has no name, so nothing was taken in. Let the build write the file again.")
        raise NoBillOfMaterials(sentence % {"place": place})
    supplier = row.get("supplier")
    publisher = _text(row, "publisher", 200) or (_text(supplier, "name", 200) if isinstance(supplier, dict) else "")
    address = _text(row, "purl", 400).split("?")[0].split("#")[0]
    head, mark, _version = address.rpartition("@")
    key = (head if mark and "/" in head else address) or f"{kind}|{group}|{name}"
    called = f"{group}/{name}" if group else name
    return {"key": key, "kind": kind, "name": called, "publisher": publisher}, _text(row, "version", 80)


def _text(row: dict[str, Any], name: str, longest: int) -> str:
    value = row.get(name)
    return plain(value, longest) if isinstance(value, str) else ""
