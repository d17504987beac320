"""The resources of the workbench."""

from portal.workbench.api import imports

__all__ = ["imports"]
