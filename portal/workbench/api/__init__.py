"""The resources of the workbench."""

from portal.workbench.api import exports, imports, search

__all__ = ["exports", "imports", "search"]
