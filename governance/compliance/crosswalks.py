"""What publishers say corresponds: taking a crosswalk in, and what it suggests for our controls."""

import csv
import hashlib
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from governance.compliance import mappings
from governance.compliance.errors import NotSuggested, UnreadableCatalog
from governance.compliance.models import ControlMapping, Crosswalk, CrosswalkPair, Framework, Relationship, Requirement
from portal import clock
from portal.record import audit
from risks.models import Control

LARGEST, MOST_PAIRS = 10 * 1024 * 1024, 50_000  # bytes, rows
WORDS = {
    **dict.fromkeys(("equal", "equal to", "equals"), Relationship.EQUAL),
    **dict.fromkeys(("subset", "subset of"), Relationship.SUBSET),
    **dict.fromkeys(("superset", "superset of"), Relationship.SUPERSET),
    **dict.fromkeys(("intersect", "intersects", "intersects with"), Relationship.INTERSECTS),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A control that answers what corresponds to `requirement`, and so may answer it as well."""

    control: Control
    requirement_id: int
    relationship: str
    pair: CrosswalkPair
    through: Requirement  # what it answers already


@transaction.atomic
def take_in(
    stream: BinaryIO, *, actor: Any, source: Framework | None = None, target: Framework | None = None
) -> tuple[Crosswalk, bool]:
    """Keep the pairs of a CSV with source, target and relationship; the same file twice changes nothing, a newer one replaces the
    pairs of an older. Returns the crosswalk, and whether anything changed. Raises UnreadableCatalog."""
    pairs = list(_read(stream))
    source = source or _holding({one for one, _target, _how in pairs})
    target = target or _holding({one for _source, one, _how in pairs})
    digest = hashlib.sha256(repr(sorted(pairs)).encode()).hexdigest()
    before = Crosswalk.objects.select_for_update().filter(source=source, target=target, archived_at=None).first()
    if before is not None and before.digest == digest:
        return before, False
    ids = [_ids(framework) for framework in (source, target)]
    rows = [(_found(ids[0], one, source), _found(ids[1], other, target), how) for one, other, how in pairs]
    if before is not None:
        before.archived_at = clock.now()
        before.save(update_fields=["archived_at"])
    crosswalk = Crosswalk.objects.create(
        source=source,
        target=target,
        digest=digest,
        pair_count=len(rows),
        imported_by=actor if actor is not None and actor.pk else None,
        imported_at=clock.now(),
    )
    CrosswalkPair.objects.bulk_create(
        CrosswalkPair(crosswalk=crosswalk, source_id=one, target_id=other, relationship=how) for one, other, how in rows
    )
    audit.record(actor, "framework.crosswalk_imported", source, {"target": target.pk, "pairs": len(rows), "digest": digest})
    return crosswalk, True


def suggested(requirement_ids: Collection[int], user: Any) -> dict[int, list[Suggestion]]:
    """By requirement the controls that suggest themselves and that `user` may open. Three queries, however many."""
    wanted = set(requirement_ids)
    live = CrosswalkPair.objects.filter(crosswalk__archived_at=None)
    pairs = live.filter(Q(source__in=wanted) | Q(target__in=wanted)).select_related("source", "target")
    through: dict[int, list[tuple[int, CrosswalkPair, Requirement]]] = {}
    for pair in pairs.order_by("pk"):
        if pair.source_id in wanted:
            through.setdefault(pair.target_id, []).append((pair.source_id, pair, pair.target))
        if pair.target_id in wanted:
            through.setdefault(pair.source_id, []).append((pair.target_id, pair, pair.source))
    rows = ControlMapping.objects.current().filter(requirement__in=[*through, *wanted]).order_by("pk")
    said = list(rows.values_list("control", "requirement", "relationship", "state"))
    settled = {(control, requirement) for control, requirement, _how, _state in said if requirement in wanted}
    offered: dict[tuple[int, int], tuple[str, CrosswalkPair, Requirement]] = {}
    for control, requirement, how, state in said:
        for goal, pair, known in through.get(requirement, ()) if state == ControlMapping.State.CONFIRMED else ():
            if (control, goal) not in settled:
                # only equals carry over how a control relates
                carried = how if pair.relationship == Relationship.EQUAL else Relationship.INTERSECTS
                offered.setdefault((goal, control), (carried, pair, known))
    visible = Control.objects.visible_to(user).exclude(state=Control.State.RETIRED).in_bulk({pk for _goal, pk in offered})
    found: dict[int, list[Suggestion]] = {}
    for (goal, control), (how, pair, known) in offered.items():
        if control in visible:
            found.setdefault(goal, []).append(Suggestion(visible[control], goal, str(how), pair, known))
    return found


def confirm(control: Control, requirement: Requirement, *, actor: Any, relationship: str | None = None) -> ControlMapping:
    """Let a suggestion count. Raises NotSuggested where no crosswalk suggests it, and what `mappings.add` raises."""
    one = _suggestion(control, requirement, actor)
    return mappings.add(one.control, requirement, relationship or one.relationship, actor=actor, pair=one.pair)


def refuse(control: Control, requirement: Requirement, *, actor: Any) -> ControlMapping:
    """Do not suggest it again. Raises NotSuggested."""
    one = _suggestion(control, requirement, actor)
    return mappings.refuse(one.control, requirement, one.pair, actor=actor)


def _suggestion(control: Control, requirement: Requirement, actor: Any) -> Suggestion:
    for one in suggested([requirement.pk], actor).get(requirement.pk, ()):
        if one.control.pk == control.pk:
            return one
    raise NotSuggested


def _read(stream: BinaryIO) -> Iterator[tuple[str, str, str]]:
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UnreadableCatalog(_("This crosswalk is larger than 10 MB. Part it."))
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableCatalog(_("This is no CSV in UTF-8. Save it as such, and bring it again.")) from None
    columns = ("source", "target", "relationship")
    if not rows or any(name not in rows[0] for name in columns):
        raise UnreadableCatalog(_("A crosswalk has the columns source, target and relationship, and at least one row."))
    if len(rows) > MOST_PAIRS:
        raise UnreadableCatalog(_("The crosswalk names more than 50,000 pairs. Part it."))
    seen = set()
    for number, row in enumerate(rows, start=2):
        one, other, how = ((row[name] or "").strip() for name in columns)
        relationship = WORDS.get(how.lower())
        if not one or not other or relationship is None or (one, other) in seen:
            told = _("Line %(line)d names no pair, the same pair twice, or no relationship (equal, subset, superset, intersects).")
            raise UnreadableCatalog(told % {"line": number})
        seen.add((one, other))
        yield one, other, str(relationship)


def _holding(identifiers: set[str]) -> Framework:
    """The one current framework that holds all of them."""
    holding = [
        framework
        for framework in Framework.objects.filter(state=Framework.State.CURRENT, based_on=None)
        if framework.requirements.filter(identifier__in=identifiers).count() == len(identifiers)
    ]
    if len(holding) != 1:
        told = _("No single framework here holds %(some)s and the others. Import it first, or say which one it is.")
        raise UnreadableCatalog(told % {"some": ", ".join(sorted(identifiers)[:3])})
    return holding[0]


def _ids(framework: Framework) -> dict[str, int]:
    return dict(framework.requirements.values_list("identifier", "pk"))


def _found(ids: dict[str, int], identifier: str, framework: Framework) -> int:
    if identifier not in ids:
        told = _("%(framework)s has no %(identifier)s. Mend the crosswalk, or say of which frameworks it speaks.")
        raise UnreadableCatalog(told % {"framework": framework, "identifier": identifier[:40]})
    return ids[identifier]
