"""Named views of lists, changes of many rows, sheets on their way in, custom fields with tags, and what search reads."""

from portal.workbench.models.bulk_edit import BulkEdit, BulkEditRow
from portal.workbench.models.custom_field import CustomField, Particulars, Tag
from portal.workbench.models.field_renewal import FieldRenewal
from portal.workbench.models.saved_view import SavedView
from portal.workbench.models.search_entry import SearchEntry
from portal.workbench.models.sheet_import import ImportProblem, ImportRow, SheetImport

__all__ = [
    "BulkEdit",
    "BulkEditRow",
    "CustomField",
    "FieldRenewal",
    "ImportProblem",
    "ImportRow",
    "Particulars",
    "SavedView",
    "SearchEntry",
    "SheetImport",
    "Tag",
]
