"""The resources of the workbench."""

from portal.workbench.api import imports, search

__all__ = ["imports", "search"]
