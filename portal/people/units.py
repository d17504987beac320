"""The tree of units: found, rename, move, entrust to a head."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal.errors import Invalid, Stale
from portal.people.models import Unit, User
from portal.record import audit

Moved = Callable[[Unit, Sequence[int], Sequence[int]], None]

_movers: list[Moved] = []


def when_moved(function: Moved) -> None:
    """`function(unit, lost, gained)` lets what an app counts in `unit` and below leave the totals of the units `lost` and join
    those of `gained`; inside the transaction of the move, paths written already."""
    _movers.append(function)


@transaction.atomic
def found(name: str, kind: str, parent: Unit | None = None, *, actor: Any, position: int | None = None) -> Unit:
    """A new unit below `parent`, last among its siblings; without one the company. Raises Invalid for a second company, an
    unknown kind, or a name a sibling has."""
    name = name.strip()
    if parent is not None:
        parent = Unit.objects.select_for_update().get(pk=parent.pk)
    siblings = Unit.objects.filter(parent=parent, archived_at=None)
    fields: dict[str, list[str]] = {}
    if kind not in Unit.Kind.values or (parent is None) != (kind == Unit.Kind.COMPANY):
        fields["kind"] = [_("The company stands at the top, and nothing else does.")]
    if not name:
        fields["name"] = [_("Name the unit.")]
    elif siblings.filter(name=name).exists():
        fields["name"] = [_("There is a unit with this name here.")]
    if parent is None and siblings.exists():
        fields["parent"] = [_("There is a company already. Name the unit above this one.")]
    if fields:
        raise Invalid(_("This unit cannot be founded."), fields)
    pk = _draw_id()
    unit = Unit.objects.create(
        pk=pk,
        name=name,
        kind=kind,
        parent=parent,
        path=f"{parent.path if parent else '/'}{pk}/",
        position=siblings.count() if position is None else position,
    )
    audit.record(actor, "unit.founded", unit, {"parent": parent.pk if parent else None})
    return unit


def rename(unit: Unit, name: str, *, actor: Any, version: int) -> Unit:
    """Another name. Raises Stale when somebody changed the unit since `version`, Invalid for a name a sibling has."""
    name = name.strip()
    with transaction.atomic():
        unit = _locked(unit, version)
        taken = Unit.objects.filter(parent=unit.parent_id, name=name, archived_at=None).exclude(pk=unit.pk)
        if not name or taken.exists():
            raise Invalid(_("This name cannot be given."), {"name": [_("Choose a name that no unit beside it has.")]})
        unit.name = name
        return _saved(unit, "unit.renamed", actor, {})


def entrust(unit: Unit, head: User | None, *, actor: Any, version: int | None = None) -> Unit:
    """Name who heads `unit`; None leaves it without. Raises Stale as `rename` does, where `version` is given."""
    with transaction.atomic():
        unit = _locked(unit, version)
        unit.head = head
        return _saved(unit, "unit.entrusted", actor, {"head": head.pk if head else None})


@transaction.atomic
def change(unit: Unit, *, name: str, head: User | None, parent: Unit | None, actor: Any, version: int) -> Unit:
    """Rename, entrust and move at once, as far as something differs; without `parent` it stays where it is. Raises as these."""
    unit = _locked(unit, version)
    if name.strip() != unit.name:
        unit = rename(unit, name, actor=actor, version=unit.version)
    if (head.pk if head else None) != unit.head_id:
        unit = entrust(unit, head, actor=actor)
    return move(unit, parent, actor=actor) if parent is not None and parent.pk != unit.parent_id else unit


@transaction.atomic
def move(unit: Unit, parent: Unit, *, actor: Any, version: int | None = None) -> Unit:
    """Hang `unit`, with everything below it, below `parent`; what is counted in it counts there from now on.

    Raises Stale as `rename` does; Invalid for the company, for a parent within the unit itself, or a name a sibling has there.
    """
    with connection.cursor() as cursor:  # two moves never pass each other: each reads paths that the other writes
        cursor.execute("SELECT pg_advisory_xact_lock(1129270851, 4)")
    unit, parent = _locked(unit, version), Unit.objects.select_for_update().get(pk=parent.pk)
    below = list(Unit.objects.filter(path__startswith=unit.path).select_for_update().order_by("path"))
    if unit.parent_id is None:
        raise Invalid(_("The company stays at the top."), {"parent": [_("The company stays at the top.")]})
    if parent.archived_at is not None or parent.path.startswith(unit.path):
        raise Invalid(_("It cannot hang there."), {"parent": [_("Choose a unit that is not below this one.")]})
    if Unit.objects.filter(parent=parent, name=unit.name, archived_at=None).exclude(pk=unit.pk).exists():
        raise Invalid(_("It cannot hang there."), {"parent": [_("There is a unit with this name there; rename one first.")]})
    if unit.parent_id == parent.pk:
        return unit
    before, former = unit.path, unit.parent_id
    lost, gained = unit.lineage[:-1], parent.lineage
    for each in below:
        each.path = f"{parent.path}{unit.pk}/{each.path.removeprefix(before)}"
        each.save(update_fields=["path"])
    unit.refresh_from_db()
    unit.parent = parent
    unit.position = Unit.objects.filter(parent=parent, archived_at=None).count()
    unit.version += 1
    unit.save(update_fields=["parent", "position", "version"])
    for hear in _movers:
        hear(unit, [scope for scope in lost if scope not in gained], [scope for scope in gained if scope not in lost])
    audit.record(actor, "unit.moved", unit, {"parent": [former, parent.pk]})
    return unit


def _locked(unit: Unit, version: int | None) -> Unit:
    locked = Unit.objects.select_for_update().get(pk=unit.pk)
    if version is not None and locked.version != version:
        raise Stale(_("Somebody else changed this unit meanwhile. Load it again."))
    return locked


def _saved(unit: Unit, verb: str, actor: Any, params: dict[str, Any]) -> Unit:
    unit.version += 1
    unit.save(update_fields=["name", "head", "version"])
    audit.record(actor, verb, unit, params)
    return unit


def _draw_id() -> int:
    """The id first, because it is part of the path."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('people_unit', 'id'))")
        return cursor.fetchone()[0]
