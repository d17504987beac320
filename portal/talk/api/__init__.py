"""Resources of what is said about subjects."""

from portal.talk.api import comments, files, versions, watches

__all__ = ["comments", "files", "versions", "watches"]
