"""Taking in frameworks: a new one, official wording for one we have, a new edition; and the ones that come along."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction

from governance.compliance import catalog, editions, readers
from governance.compliance.catalog import BrokenCatalog, Catalog, Comparison, Item
from governance.compliance.errors import EditionTaken, NoSuchCatalog, broken
from governance.compliance.models import Framework, Requirement
from governance.compliance.readers import csv_catalog, oscal_profile
from governance.compliance.readers.oscal_profile import Profile
from portal import clock, turns
from portal.record import audit

SHIPPED = Path(__file__).parent / "catalogs"
ADDED, NEW_EDITION, OLD_EDITION, REWORDED, UNCHANGED = "ADDED", "NEW_EDITION", "OLD_EDITION", "REWORDED", "UNCHANGED"
NOTHING = Comparison()
FEWEST_TO_KNOW = 20
WORDING = ("title", "text", "guidance", "parts", "parameters", "source_id", "kind", "assessable", "is_withdrawn")


@dataclass(frozen=True)
class Intake:
    """What a file did; `comparison` tells a new edition from the one before."""

    framework: Framework
    outcome: str
    comparison: Comparison = NOTHING


def take_in(stream: BinaryIO, *, actor: Any, replaces: Framework | None = None, based_on: Framework | None = None) -> Intake:
    """Read a catalog or a profile and keep it whole, or nothing of it; the same file twice changes nothing.

    `replaces` says of which framework it is a new edition, where its title does not; `based_on` which catalog a profile selects
    from. Raises UnreadableCatalog, NoSuchCatalog, EditionTaken.
    """
    try:
        found = readers.read(stream)
        with transaction.atomic():
            turns.wait_for("frameworks")
            source = None
            if isinstance(found, Profile):
                source = based_on or _source_of(found)
                found, missing = oscal_profile.resolve(found, of_framework(source))
                if missing:
                    raise NoSuchCatalog(", ".join(missing[:3]))
            return _keep(found, actor=actor, replaces=replaces, based_on=source)
    except BrokenCatalog as error:
        raise broken(error.reason, error.about) from None


def add_shipped() -> list[Framework]:
    """Add the frameworks that come with the portal and are not here yet; their wording is our own."""
    known = set(Framework.objects.values_list("key", "edition"))
    added = []
    for path in sorted(SHIPPED.glob("*.csv")):
        found = csv_catalog.read(path.read_text(encoding="utf-8"))
        if (found.key, found.edition) not in known:
            added.append(take_in(io.BytesIO(path.read_bytes()), actor=None).framework)
    return added


def of_framework(framework: Framework) -> Catalog:
    """A stored framework as a catalog again. One query."""
    rows = list(framework.requirements.order_by("place").defer("search"))
    names = {row.pk: row.identifier for row in rows}
    items = tuple(
        Item(
            identifier=row.identifier,
            parent=names.get(row.parent_id, ""),
            **{name: getattr(row, name) for name in WORDING},
        )
        for row in rows
    )
    return Catalog(
        framework.key, framework.edition, framework.name, framework.publisher, items, framework.is_official, framework.source_id
    )


def compare(before: Framework, after: Framework) -> Comparison:
    """What `after` added, changed and withdrew. Two queries."""
    return catalog.compare(of_framework(before).items, of_framework(after).items)


def _source_of(profile: Profile) -> Framework:
    """The catalog a profile names by id or title, or else the only one that holds all it selects."""
    named = [name for name in profile.sources if name]
    current = Framework.objects.filter(based_on=None, state=Framework.State.CURRENT)
    for framework in current:
        if framework.source_id in named or str(framework) in named or framework.name in named:
            return framework
    wanted = frozenset().union(*(choice.taken | choice.with_children for choice in profile.choices))
    if wanted:
        holding = [one for one in current if wanted <= set(one.requirements.values_list("source_id", flat=True))]
        if len(holding) == 1:
            return holding[0]
    raise NoSuchCatalog


def _keep(found: Catalog, *, actor: Any, replaces: Framework | None, based_on: Framework | None) -> Intake:
    placed = catalog.place(found)
    if replaces is not None:
        found = replace(found, key=replaces.key)
    else:
        found = _as_known(found)
    same = Framework.objects.filter(key=found.key, edition=found.edition).first()
    if same is not None:
        return _reworded(same, found, actor)
    before = Framework.objects.select_for_update().filter(key=found.key, state=Framework.State.CURRENT).first()
    is_old = before is not None and catalog.is_older(found.edition, before.edition)
    if before is not None and not is_old:
        before.state = Framework.State.SUPERSEDED
        before.version += 1
        before.save(update_fields=["state", "version"])
    framework = Framework.objects.create(
        key=found.key,
        edition=found.edition,
        name=found.name,
        publisher=found.publisher,
        is_official=found.is_official,
        state=Framework.State.SUPERSEDED if is_old else Framework.State.CURRENT,
        replaces=None if is_old else before,
        based_on=based_on,
        source_id=found.source_id,
        digest=found.digest,
        requirement_count=len(found.items),
        assessable_count=sum(item.assessable for item in found.items),
        imported_by=actor if actor is not None and actor.pk else None,
        imported_at=clock.now(),
    )
    _write(framework, placed)
    told = {"edition": found.edition, "requirements": len(found.items), "digest": found.digest}
    audit.record(actor, "framework.imported", framework, told)
    if before is None:
        return Intake(framework, ADDED)
    if is_old:  # what was said under the current one stays there
        return Intake(framework, OLD_EDITION)
    editions.carry_over(before, framework)
    return Intake(framework, NEW_EDITION, compare(before, framework))


def _write(framework: Framework, placed: Iterable[catalog.Placed]) -> None:
    """All rows at once; parents get their ids first, level by level."""
    ids: dict[str, int] = {}
    levels: dict[int, list[Requirement]] = {}
    for one in placed:
        item = one.item
        row = Requirement(
            framework=framework,
            identifier=item.identifier,
            place=one.place,
            last_place=one.last_place,
            depth=one.depth,
            **{name: getattr(item, name) for name in WORDING},
        )
        row.above = item.parent
        levels.setdefault(one.depth, []).append(row)
    for _depth, rows in sorted(levels.items()):
        for row in rows:
            row.parent_id = ids.get(row.above)
        for row in Requirement.objects.bulk_create(rows, batch_size=500):
            ids[row.identifier] = row.pk


def _as_known(found: Catalog) -> Catalog:
    """Under the key of the framework we have with the same requirements, whatever its publisher calls it.
    Short lists number themselves alike, so these are only taken for the same where somebody says so."""
    wanted = {item.identifier for item in found.items}
    if len(wanted) >= FEWEST_TO_KNOW:
        for framework in Framework.objects.filter(requirement_count=len(wanted), edition=found.edition):
            if set(framework.requirements.values_list("identifier", flat=True)) == wanted:
                return replace(found, key=framework.key)
    return found


def _reworded(framework: Framework, found: Catalog, actor: Any) -> Intake:
    """The wording of an edition we have. Raises EditionTaken where it names other requirements."""
    framework = Framework.objects.select_for_update().get(pk=framework.pk)
    if framework.digest == found.digest:
        return Intake(framework, UNCHANGED)
    rows = {row.identifier: row for row in framework.requirements.select_related("parent").defer("search")}
    told = {item.identifier: item for item in found.items}
    same_tree = rows.keys() == told.keys() and all(
        row.assessable == told[name].assessable and (row.parent.identifier if row.parent else "") == told[name].parent
        for name, row in rows.items()
    )
    if not same_tree:
        raise EditionTaken(framework)
    changed = [row for name, row in rows.items() if _take_words(row, told[name])]
    Requirement.objects.bulk_update(changed, WORDING, batch_size=200)
    framework.digest, framework.is_official = found.digest, framework.is_official or found.is_official
    framework.source_id = found.source_id or framework.source_id
    framework.version += 1
    framework.save(update_fields=["digest", "is_official", "source_id", "version"])
    audit.record(actor, "framework.reworded", framework, {"requirements": len(changed), "digest": found.digest})
    return Intake(framework, REWORDED)


def _take_words(row: Requirement, item: Item) -> bool:
    """Our own short words stay where the publisher has none, only an identifier or the whole text once more."""
    before = [getattr(row, name) for name in WORDING]
    first_line = item.text.splitlines()[0][: catalog.LONGEST_TITLE] if item.text else ""
    keeps_ours = item.title in (item.identifier, first_line) and bool(row.title)
    for name in WORDING:
        value = getattr(item, name)
        if value and not (name == "title" and keeps_ours):
            setattr(row, name, value)
    return before != [getattr(row, name) for name in WORDING]
