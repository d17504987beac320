"""Named views of lists, sheets on their way into the portal, and what search reads."""

from portal.workbench.models.saved_view import SavedView
from portal.workbench.models.search_entry import SearchEntry
from portal.workbench.models.sheet_import import ImportProblem, ImportRow, SheetImport

__all__ = ["ImportProblem", "ImportRow", "SavedView", "SearchEntry", "SheetImport"]
