"""Resources of what is said about subjects."""

from portal.talk.api import comments, files, watches

__all__ = ["comments", "files", "watches"]
