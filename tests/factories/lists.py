"""Named views of lists."""

from typing import Any

from portal.workbench.models import SavedView


def make_view(owner: Any, kind: str, **fields: Any) -> SavedView:
    """One's own, or shared with whom `unit` or `role` name; stored as it is, without asking for the right to share."""
    audience = "UNIT" if fields.get("unit") else "ROLE" if fields.get("role") else "PRIVATE"
    return SavedView.objects.create(**{"owner": owner, "kind": kind, "name": "Mine", "audience": audience} | fields)
