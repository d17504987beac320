"""The resources of the workbench."""

from portal.workbench.api import bulk_edits, custom_fields, exports, imports, jobs, saved_views, search

__all__ = ["bulk_edits", "custom_fields", "exports", "imports", "jobs", "saved_views", "search"]
