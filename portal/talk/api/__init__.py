"""Resources of what is said about subjects."""

from portal.talk.api import comments, files, merges, versions, watches

__all__ = ["comments", "files", "merges", "versions", "watches"]
