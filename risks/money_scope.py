"""Which part of the organisation the money page speaks of."""

from typing import Any

from portal.people.models import Unit
from portal.people.reach import grants


def unit_of(user: Any) -> Unit | None:
    """The whole organisation, or the first unit of the reader's roles."""
    held = grants(user)
    if held.everywhere:
        return Unit.objects.filter(parent=None, archived_at=None).first()
    return Unit.objects.filter(pk__in=held.unit_ids).order_by("path").first() if held.unit_paths else None
