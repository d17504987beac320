"""Resources of the archive."""

from portal.archive.api import heads, history, keeping, kept_lines, personal

__all__ = ["heads", "history", "keeping", "kept_lines", "personal"]
