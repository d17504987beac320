"""Resources of the archive."""

from portal.archive.api import history

__all__ = ["history"]
