"""An OSCAL catalog in JSON: groups, controls and enhancements become items, the parts of each stay whole."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from governance.compliance import catalog
from governance.compliance.catalog import Catalog, Item
from governance.compliance.errors import UnreadableCatalog
from governance.compliance.readers.json_file import objects, prop, text

INSERTED = re.compile(r"\{\{\s*(?:insert:\s*)?param,\s*([^\s{}]+)\s*\}\}")
KINDS = {"SP800-53": "control", "SP800-53-enhancement": "enhancement", "": "control"}
TOLD = frozenset({"statement", "item", "overview"})


def read(found: Any) -> Catalog:
    """Raises UnreadableCatalog."""
    if not isinstance(found, dict) or not isinstance(found.get("metadata"), dict):
        raise UnreadableCatalog
    metadata = found["metadata"]
    title, edition = text(metadata, "title"), text(metadata, "version")
    if not title.strip() or not edition.strip():
        raise UnreadableCatalog(_("The catalog has no title or no version. Add both to its metadata."))
    items = tuple(catalog.bounded(_items(found)))
    return Catalog(
        key=key_of(title, edition),
        edition=edition.strip(),
        name=name_of(title, edition),
        publisher=publisher_of(metadata),
        items=items,
        is_official=True,
        source_id=text(found, "uuid"),
    )


def key_of(title: str, edition: str) -> str:
    """The title without its version, as a word for addresses."""
    return slugify(name_of(title, edition))[: catalog.LONGEST_KEY].strip("-") or "catalog"


def name_of(title: str, edition: str) -> str:
    """The title without its version at the end. Blanks are joined and both are cut first, so that no title takes for ever."""
    title, edition = (" ".join(one.split())[: catalog.LONGEST_TITLE] for one in (title, edition))
    short = re.sub(rf"\s*[,:]?\s*(?:version|v\.?)?\s*{re.escape(edition)}\s*$", "", title.strip(), flags=re.IGNORECASE)
    return (short or title)[: catalog.LONGEST_NAME]


def publisher_of(metadata: dict[str, Any]) -> str:
    names = [text(party, "name") for party in objects(metadata, "parties") if text(party, "type") == "organization"]
    return (names[0] if names else "")[: catalog.LONGEST_NAME]


def _items(found: dict[str, Any]) -> Iterator[Item]:
    """Depth first, without recursion; bounded, so that a hostile file ends as well."""
    stack = [(one, "", is_group, 1) for one, is_group in reversed(_below(found))]
    count = 0
    while stack:
        one, parent, is_group, depth = stack.pop()
        count += 1
        if count > catalog.MOST_ITEMS:
            raise catalog.BrokenCatalog("too-many", f"{catalog.MOST_ITEMS:,}")
        item = _item(one, parent, is_group)
        if depth > catalog.DEEPEST:
            raise catalog.BrokenCatalog("too-deep", item.identifier)
        yield item
        stack.extend((child, item.identifier, group, depth + 1) for child, group in reversed(_below(one)))


def _below(holder: dict[str, Any]) -> list[tuple[dict[str, Any], bool]]:
    return [(one, True) for one in objects(holder, "groups")] + [(one, False) for one in objects(holder, "controls")]


def _item(one: dict[str, Any], parent: str, is_group: bool) -> Item:
    source_id, title, parameters = text(one, "id"), text(one, "title"), objects(one, "params")
    identifier = prop(one, "label") or source_id or title
    parts = [part_of(part, 1) for part in objects(one, "parts")]
    told = {name: value for part in parameters for name, value in [(text(part, "id"), meaning_of(part))]}
    statement = said((part for part in parts if part["name"] in TOLD), told)
    is_withdrawn = prop(one, "status").lower() == "withdrawn"
    if title.strip() in ("", identifier) and statement:
        title = statement.splitlines()[0]
    kind = text(one, "class")
    return Item(
        identifier=identifier,
        parent=parent,
        kind=(kind or "group") if is_group else KINDS.get(kind, kind),
        title=title[: catalog.LONGEST_TITLE],
        text=statement,
        guidance=said((part for part in parts if part["name"] == "guidance"), told),
        assessable=not is_group and not is_withdrawn and _is_asked_for(one),
        is_withdrawn=is_withdrawn,
        source_id=source_id,
        parts=parts,
        parameters=parameters,
    )


def _is_asked_for(control: dict[str, Any]) -> bool:
    """A control that only holds others is a level of the tree; one with enhancements is asked for itself as well."""
    children = objects(control, "controls")
    return not children or any("enhancement" in text(child, "class").lower() for child in children)


def part_of(part: dict[str, Any], depth: int) -> dict[str, Any]:
    """A part and everything below, as the file has it."""
    if depth > catalog.DEEPEST:
        raise catalog.BrokenCatalog("too-deep", text(part, "id"))
    below = [part_of(one, depth + 1) for one in objects(part, "parts")]
    kept = {name: text(part, name) for name in ("id", "name", "title", "prose")} | {"label": prop(part, "label")}
    return kept | ({"parts": below} if below else {})


def said(parts: Any, parameters: Mapping[str, str]) -> str:
    """The wording as a person reads it. Raises BrokenCatalog as soon as it grows beyond what a requirement may be."""
    lines, length = [], 0
    for line in _lines_of(parts, parameters):
        lines.append(line)
        length += len(line) + 1
        if length > catalog.LONGEST_TEXT + 1:
            raise catalog.BrokenCatalog("too-long", lines[0][:40])
    return "\n".join(lines)


def _lines_of(parts: Any, parameters: Mapping[str, str], depth: int = 0) -> Iterator[str]:
    """Labels before it, deeper ones further in, parameters by their words."""
    for part in parts:
        prose = _spoken(part["prose"], parameters)
        if prose:
            yield "  " * depth + " ".join(filter(None, (part["label"], prose)))
        below = [one for one in part.get("parts", ()) if one["name"] in TOLD]
        yield from _lines_of(below, parameters, depth + (1 if prose or depth else 0))


def _spoken(prose: str, parameters: Mapping[str, str]) -> str:
    """“{{ insert: param, x }}” as “[what x stands for]”; a parameter may name others, at most a few times over.
    Each round ends as soon as the text is too long, so that one that inserts itself does not fill the memory."""
    for _round in range(4):
        if "{{" not in prose:
            break
        prose = _inserted(prose, parameters)
    return prose.strip()


def _inserted(prose: str, parameters: Mapping[str, str]) -> str:
    pieces, length, end = [], 0, 0
    catalog.check_text(prose[: catalog.LONGEST_TEXT + 1], catalog.LONGEST_TEXT, prose[:40])
    for found in INSERTED.finditer(prose):
        piece = f"{prose[end : found.start()]}[{parameters.get(found.group(1)) or found.group(1)}]"
        pieces.append(piece)
        end, length = found.end(), length + len(piece)
        if length > catalog.LONGEST_TEXT:
            raise catalog.BrokenCatalog("too-long", prose[:40])
    return "".join(pieces) + prose[end:]


def meaning_of(part: dict[str, Any]) -> str:
    """What a parameter stands for: its value, its label, or what one may choose."""
    values = part.get("values")
    if isinstance(values, list) and values and all(isinstance(one, str) for one in values):
        return ", ".join(values)
    chosen = part.get("select")
    choice = chosen.get("choice") if isinstance(chosen, dict) else None
    if isinstance(choice, list) and all(isinstance(one, str) for one in choice):
        return "; ".join(choice)
    return text(part, "label")
