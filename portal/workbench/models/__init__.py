"""Sheets on their way into the portal."""

from portal.workbench.models.sheet_import import ImportProblem, ImportRow, SheetImport

__all__ = ["ImportProblem", "ImportRow", "SheetImport"]
