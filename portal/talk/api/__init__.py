"""Resources of what is said about subjects."""

from portal.talk.api import comments

__all__ = ["comments"]
