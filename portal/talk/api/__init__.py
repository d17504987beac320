"""Resources of what is said about subjects."""

from portal.talk.api import comments, files

__all__ = ["comments", "files"]
