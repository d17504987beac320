"""The resources of the workbench."""

from portal.workbench.api import exports, imports, saved_views, search

__all__ = ["exports", "imports", "saved_views", "search"]
