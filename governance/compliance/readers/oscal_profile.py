"""An OSCAL profile in JSON: which controls of a catalog it selects, and what it changes in them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from governance.compliance import catalog
from governance.compliance.catalog import Catalog, Item
from governance.compliance.errors import UnreadableCatalog
from governance.compliance.readers import oscal_catalog
from governance.compliance.readers.json_file import objects, text

MOST_PATTERNS = 200


@dataclass(frozen=True)
class Choice:
    """What one import of a profile takes and leaves; ids and patterns as OSCAL has them."""

    everything: bool
    taken: frozenset[str]
    with_children: frozenset[str]
    patterns: tuple[str, ...]
    left: frozenset[str]
    left_patterns: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    key: str
    edition: str
    name: str
    publisher: str
    source_id: str
    sources: tuple[str, ...]  # ids and names of the catalogs it selects from
    choices: tuple[Choice, ...]
    values: Mapping[str, Sequence[str]]  # parameter id → values
    additions: Mapping[str, Sequence[Mapping[str, Any]]]  # control id → parts


def read(found: Any) -> Profile:
    """Raises UnreadableCatalog, also for a profile that selects from itself."""
    if not isinstance(found, dict) or not isinstance(found.get("metadata"), dict):
        raise UnreadableCatalog
    title, edition = text(found["metadata"], "title"), text(found["metadata"], "version")
    if not title.strip() or not edition.strip():
        raise UnreadableCatalog(_("The profile has no title or no version. Add both to its metadata."))
    imports = objects(found, "imports")
    if not imports:
        raise UnreadableCatalog(_("The profile selects nothing. Add its imports."))
    source_id = text(found, "uuid")
    sources = tuple(name for one in imports for name in _sources(text(one, "href"), found))
    if source_id and source_id in sources:
        raise UnreadableCatalog(_("The profile selects from itself. Let it import a catalog."))
    modify = found.get("modify", {})
    if not isinstance(modify, dict):
        raise UnreadableCatalog
    return Profile(
        key=oscal_catalog.key_of(title, edition),
        edition=edition.strip(),
        name=oscal_catalog.name_of(title, edition),
        publisher=oscal_catalog.publisher_of(found["metadata"]),
        source_id=source_id,
        sources=sources,
        choices=tuple(_choice(one) for one in imports),
        values=dict(_value(one) for one in objects(modify, "set-parameters")),
        additions=dict(_addition(one) for one in objects(modify, "alters")),
    )


def resolve(profile: Profile, whole: Catalog) -> tuple[Catalog, list[str]]:
    """The catalog that `profile` makes of `whole`: what it selects, with what stands above; and the ids that are not there."""
    by_source = {item.source_id or item.identifier: item for item in whole.items}
    named = frozenset().union(*(choice.taken | choice.with_children for choice in profile.choices))
    missing = sorted(named - by_source.keys())
    parents = {item.identifier: item.parent for item in whole.items}
    chosen: set[str] = set()
    for choice in profile.choices:
        chosen |= _chosen(choice, whole, parents)
    for identifier in list(chosen):
        above = parents[identifier]
        while above and above not in chosen:
            chosen.add(above)
            above = parents[above]
    picked = _picked_of(profile, whole, parents)
    items = tuple(catalog.bounded(_altered(item, profile, picked) for item in whole.items if item.identifier in chosen))
    made = Catalog(profile.key, profile.edition, profile.name, profile.publisher or whole.publisher, items, True, profile.source_id)
    return made, missing


def _picked_of(profile: Profile, whole: Catalog, parents: Mapping[str, str]) -> set[str]:
    return set().union(*(_chosen(choice, whole, parents) for choice in profile.choices))


def _chosen(choice: Choice, whole: Catalog, parents: Mapping[str, str]) -> set[str]:
    takes, leaves = _matcher(choice.patterns), _matcher(choice.left_patterns)
    below: set[str] = set()  # identifiers taken with everything below them
    found: set[str] = set()
    for item in whole.items:  # parents first
        own = item.source_id or item.identifier
        with_parent = parents[item.identifier] in below
        if own in choice.with_children or with_parent:
            below.add(item.identifier)
        is_taken = choice.everything or own in choice.taken or own in choice.with_children or with_parent or takes(own)
        if is_taken and not (own in choice.left or leaves(own)) and (item.assessable or item.is_withdrawn):
            found.add(item.identifier)
    return found


def _altered(item: Item, profile: Profile, picked: set[str]) -> Item:
    """An item with the profile's parameters and additions; what only stands above is not asked for."""
    own = item.source_id or item.identifier
    parameters = [
        {**one, "values": list(profile.values[one["id"]])} if one.get("id") in profile.values else one for one in item.parameters
    ]
    added = list(profile.additions.get(own, ()))
    parts = [*item.parts, *added]
    told = {one.get("id", ""): oscal_catalog.meaning_of(dict(one)) for one in parameters}
    text_now = item.text
    if added or parameters != list(item.parameters):
        told_parts = (part for part in parts if part["name"] in oscal_catalog.TOLD)
        text_now = oscal_catalog.said(told_parts, told)
    is_asked = item.assessable and item.identifier in picked
    return replace(item, parameters=parameters, parts=parts, text=text_now, assessable=is_asked)


def _sources(href: str, profile: dict[str, Any]) -> list[str]:
    """Everything an import may be known by: the uuid it points to, and the titles and addresses of that resource."""
    if not href.startswith("#"):
        return [href.rsplit("/", 1)[-1]]
    back = profile.get("back-matter", {})
    resources = objects(back, "resources") if isinstance(back, dict) else []
    named = [one for one in resources if text(one, "uuid") == href[1:]]
    links = [text(link, "href").rsplit("/", 1)[-1] for one in named for link in objects(one, "rlinks")]
    return [href[1:], *(text(one, "title") for one in named), *links]


def _choice(one: dict[str, Any]) -> Choice:
    taken, children, patterns = _named(objects(one, "include-controls"))
    left, left_children, left_patterns = _named(objects(one, "exclude-controls"))
    everything = "include-all" in one or not (taken or children or patterns)
    return Choice(everything, taken, children, patterns, left | left_children, left_patterns)


def _named(selections: list[dict[str, Any]]) -> tuple[frozenset[str], frozenset[str], tuple[str, ...]]:
    taken: set[str] = set()
    children: set[str] = set()
    patterns: list[str] = []
    for one in selections:
        ids = one.get("with-ids", [])
        if not isinstance(ids, list) or not all(isinstance(name, str) for name in ids):
            raise UnreadableCatalog
        for name in ids:
            catalog.check_text(name, catalog.LONGEST_SOURCE, name)
        (children if one.get("with-child-controls") == "yes" else taken).update(ids)
        patterns += [text(pattern, "pattern") for pattern in objects(one, "matching")]
    if len(patterns) > MOST_PATTERNS:
        raise UnreadableCatalog(_("The profile names more than 200 patterns. Name the controls by their ids."))
    for one in patterns:
        catalog.check_text(one, catalog.LONGEST_SOURCE, one)
    return frozenset(taken), frozenset(children), tuple(patterns)


def _matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Only * and ? mean more than themselves; runs of * are one, so that no pattern takes for ever."""
    if not patterns:
        return lambda name: False
    written = (re.escape(re.sub(r"\*+", "*", one)).replace(r"\*", "[^\n]*").replace(r"\?", ".") for one in patterns)
    compiled = [re.compile(one) for one in written if one.count("[^\n]*") <= 3]
    return lambda name: any(one.fullmatch(name) for one in compiled)


def _value(one: dict[str, Any]) -> tuple[str, list[str]]:
    chosen = one.get("select", {})
    if not isinstance(chosen, dict):
        raise UnreadableCatalog
    given = _words(one, "values") or _words(chosen, "choice")
    return text(one, "param-id"), given or [text(one, "label")]


def _words(holder: dict[str, Any], name: str) -> list[str]:
    found = holder.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise UnreadableCatalog(_("“%(name)s” is no list of texts in this file. Check it against OSCAL.") % {"name": name})
    return found


def _addition(one: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    if objects(one, "removes"):
        raise UnreadableCatalog(
            _("The profile takes parts of a control away, which is not supported. Resolve it to a catalog first.")
        )
    added = [part for addition in objects(one, "adds") for part in objects(addition, "parts")]
    return text(one, "control-id"), [oscal_catalog.part_of(part, 1) for part in added]
