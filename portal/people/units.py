"""The tree of units: found one, entrust it to a head."""

from typing import Any

from django.db import transaction

from portal.people.models import Unit, User
from portal.record import audit


@transaction.atomic
def found(name: str, kind: str, parent: Unit | None, *, actor: Any, head: User | None = None) -> Unit:
    """A new unit below `parent`, last among its siblings; None founds the root."""
    position = Unit.objects.filter(parent=parent).count()
    unit = Unit.objects.create(name=name, kind=kind, parent=parent, head=head, position=position, path=f"new {name}")
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    audit.record(actor, "unit.founded", unit, {"kind": kind, "parent": parent.pk if parent else None})
    return unit


@transaction.atomic
def entrust(unit: Unit, head: User | None, *, actor: Any) -> Unit:
    """Name who leads `unit`."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    before, unit.head = unit.head_id, head
    unit.version += 1
    unit.save(update_fields=["head", "version"])
    audit.record(actor, "unit.entrusted", unit, {"head": [before, head.pk if head else None]})
    return unit
