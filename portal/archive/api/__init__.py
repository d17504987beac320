"""Resources of the archive."""

from portal.archive.api import heads, history, keeping, personal

__all__ = ["heads", "history", "keeping", "personal"]
