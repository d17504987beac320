"""Named views of lists, and changes of many rows."""

from collections.abc import Mapping
from typing import Any

from portal.workbench import custom_fields, listed, particulars, tags
from portal.workbench.models import BulkEdit, BulkEditRow, Particulars, SavedView


def make_view(owner: Any, kind: str, **fields: Any) -> SavedView:
    """One's own, or shared with whom `unit` or `role` name; stored as it is, without asking for the right to share."""
    audience = "UNIT" if fields.get("unit") else "ROLE" if fields.get("role") else "PRIVATE"
    return SavedView.objects.create(**{"owner": owner, "kind": kind, "name": "Mine", "audience": audience} | fields)


def make_edit(owner: Any, kind: str, rows: Any = None) -> BulkEdit:
    """Tried and not applied: the rows of `kind` that `owner` may open, 200 at most, or `rows`."""
    found = listed.of_kind(kind).subject.visible_to(owner).order_by("pk")[:200] if rows is None else rows
    edit = BulkEdit.objects.create(kind=kind, started_by=owner, state=BulkEdit.State.CHECKED, fields={"category": "OT"})
    changes = [["Kind", "IT", "OT"]]
    BulkEditRow.objects.bulk_create(
        BulkEditRow(bulk_edit=edit, subject_id=row.pk, seen_version=row.version, outcome="FITS", changes=changes) for row in found
    )
    return edit


def make_particulars(risks: Mapping[str, Any], *, admin: Any) -> dict[str, dict[str, Any]]:
    """A custom field of risks and a tag, and what both say of each of `risks`; for the world of the house tests."""
    field = custom_fields.define(actor=admin, kind="risk", label="Contract", type="TEXT")
    tag, told = tags.name(actor=admin, name="to look at"), {particulars.kept_as(field): "K-17"}
    rows = {
        place: Particulars.objects.create(subject_kind="risk", subject_id=risk.pk, told=told, tags=[tag.pk])
        for place, risk in risks.items()
    }
    return {"custom-field": dict.fromkeys(risks, field), "tag": dict.fromkeys(risks, tag), "particulars": rows}
