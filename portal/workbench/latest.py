"""Who did something with a thing last."""

from typing import Any

from portal.record.models import AuditEntry


def saved_by(kind: str, pk: int) -> Any:
    """The person whose act on it was the newest; None where only the portal itself acted."""
    told = AuditEntry.objects.filter(kind=kind, subject_id=pk, actor__isnull=False).select_related("actor")
    last = told.order_by("-pk").first()
    return last.actor if last else None
