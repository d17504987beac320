"""A catalog of requirements as a file tells it: a tree of items, its bounds, its digest, what differs between two. (calculation)"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_ITEMS = 20_000
DEEPEST = 24
LONGEST_IDENTIFIER, LONGEST_TITLE, LONGEST_TEXT = 80, 500, 50_000
LONGEST_KEY, LONGEST_EDITION, LONGEST_NAME, LONGEST_KIND = 80, 40, 200, 60
FIRST_YEAR = 1900  # numbers from here on are years
LONGEST_SOURCE = 200  # what a file calls a requirement, or itself
MOST_TEXT = 40_000_000  # characters of all wordings together: a file grows no further by what it inserts


class BrokenCatalog(ValueError):
    """`reason` is one of REASONS, `about` what it speaks of."""

    def __init__(self, reason: str, about: str = ""):
        about = about[:LONGEST_IDENTIFIER].encode("utf-8", "replace").decode().replace("\x00", "?")
        super().__init__(reason, about)
        self.reason, self.about = reason, about


REASONS = ("empty", "too-many", "too-deep", "twice", "orphan", "cycle", "unnamed", "too-long", "unspeakable")


@dataclass(frozen=True)
class Item:
    """One requirement or one group of them. `parts` holds the wording as the source parts it, whole."""

    identifier: str
    parent: str  # identifier; "" at the top
    kind: str
    title: str
    text: str = ""
    guidance: str = ""
    assessable: bool = True
    is_withdrawn: bool = False
    source_id: str = ""
    parts: Sequence[Mapping[str, Any]] = ()
    parameters: Sequence[Mapping[str, Any]] = ()

    def plain(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def words(self) -> tuple[Any, ...]:
        """What a reader would see change."""
        return self.title, self.text, self.guidance, self.parent, self.assessable, self.is_withdrawn


@dataclass(frozen=True)
class Catalog:
    """One edition of a framework, its items in the order of the file, parents first."""

    key: str
    edition: str
    name: str
    publisher: str
    items: tuple[Item, ...]
    is_official: bool = False  # the wording is the publisher's, not ours
    source_id: str = ""

    @property
    def digest(self) -> str:
        told = [item.plain() for item in self.items]
        return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Placed:
    """An item with its place in a walk that visits parents before children; `last_place` is that of its last descendant."""

    item: Item
    place: int
    last_place: int
    depth: int


@dataclass(frozen=True)
class Comparison:
    """What a new edition did to the assessable requirements of the one before, by identifier."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass
class _Walk:
    children: dict[str, list[Item]] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)

    def visit(self, tops: Iterable[Item]) -> None:
        """Without recursion, so that no file can exhaust the stack."""
        stack: list[tuple[Item, int, int | None]] = [(item, 1, None) for item in reversed(list(tops))]
        count = 0
        while stack:
            item, depth, opened_at = stack.pop()
            if opened_at is not None:
                self.placed[opened_at] = Placed(item, opened_at, count - 1, depth)
                continue
            if depth > DEEPEST:
                raise BrokenCatalog("too-deep", item.identifier)
            self.placed.append(Placed(item, count, count, depth))
            stack.append((item, depth, count))
            count += 1
            stack.extend((child, depth + 1, None) for child in reversed(self.children.get(item.identifier, ())))


def place(catalog: Catalog) -> list[Placed]:
    """The items in order, with depth and range. Raises BrokenCatalog for what is no tree, has no names, or exceeds the bounds."""
    check(catalog)
    walk = _Walk()
    for item in catalog.items:
        walk.children.setdefault(item.parent, []).append(item)
    walk.visit(walk.children.get("", ()))
    if len(walk.placed) < len(catalog.items):
        reached = {placed.item.identifier for placed in walk.placed}
        raise BrokenCatalog("cycle", next(item.identifier for item in catalog.items if item.identifier not in reached))
    return walk.placed


def check(catalog: Catalog) -> None:
    """Raises BrokenCatalog."""
    if not any(item.assessable for item in catalog.items):
        raise BrokenCatalog("empty")
    if len(catalog.items) > MOST_ITEMS:
        raise BrokenCatalog("too-many", f"{MOST_ITEMS:,}")
    _check_word(catalog.key, LONGEST_KEY)
    _check_word(catalog.edition, LONGEST_EDITION)
    _check_word(catalog.name, LONGEST_NAME)
    check_text(catalog.publisher, LONGEST_NAME, catalog.publisher[:40])
    check_text(catalog.source_id, LONGEST_SOURCE, catalog.source_id[:40])
    seen: set[str] = set()
    for item in catalog.items:
        _check_word(item.identifier, LONGEST_IDENTIFIER)
        _check_word(item.title, LONGEST_TITLE, about=item.identifier)
        words, marks = (item.text, item.guidance), ((item.kind, LONGEST_KIND), (item.source_id, LONGEST_SOURCE))
        for text, longest in (*((one, LONGEST_TEXT) for one in words), *marks):
            check_text(text, longest, item.identifier)
        check_text(json.dumps([item.parts, item.parameters], ensure_ascii=False), LONGEST_TEXT * 10, item.identifier)
        if item.identifier in seen:
            raise BrokenCatalog("twice", item.identifier)
        seen.add(item.identifier)
    for item in catalog.items:
        if item.parent and item.parent not in seen:
            raise BrokenCatalog("orphan", item.identifier)


def bounded(items: Iterable[Item]) -> Iterator[Item]:
    """The same items one by one, while their wordings together stay within MOST_TEXT. Raises BrokenCatalog."""
    told = 0
    for item in items:
        told += len(item.text) + len(item.guidance)
        if told > MOST_TEXT:
            raise BrokenCatalog("too-long", item.identifier)
        yield item


def is_older(edition: str, than: str) -> bool:
    """By the numbers of both, 1.1 before 2.0 and 2013 before 2022. Years and versions are not told apart by their size, nor is
    what has no number: there whoever brings it is taken at their word, that it is the newer one."""
    ours, theirs = (tuple(int(number) for number in re.findall(r"[0-9]{1,9}", one)) for one in (edition, than))
    if not ours or not theirs or (ours[0] >= FIRST_YEAR) != (theirs[0] >= FIRST_YEAR):
        return False
    return ours < theirs


def compare(before: Sequence[Item], after: Sequence[Item]) -> Comparison:
    """By identifier; a requirement that is marked withdrawn is as gone as one that is left out."""
    old = {item.identifier: item for item in before if item.assessable and not item.is_withdrawn}
    new = {item.identifier: item for item in after if item.assessable and not item.is_withdrawn}
    both = [identifier for identifier in new if identifier in old]
    return Comparison(
        added=tuple(identifier for identifier in new if identifier not in old),
        changed=tuple(one for one in both if old[one].words() != new[one].words()),
        withdrawn=tuple(identifier for identifier in old if identifier not in new),
        kept=tuple(one for one in both if old[one].words() == new[one].words()),
    )


def _check_word(text: str, longest: int, about: str = "") -> None:
    if not text.strip():
        raise BrokenCatalog("unnamed", about)
    check_text(text, longest, about or text[:40])


def check_text(text: str, longest: int, about: str) -> None:
    """Raises BrokenCatalog for what is too long, or holds what no text of ours may."""
    if len(text) > longest:
        raise BrokenCatalog("too-long", about)
    if "\x00" in text or "\\u0000" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BrokenCatalog("unspeakable", about)
