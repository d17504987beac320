"""The resources of attention."""

from portal.attention.api import inbox, reviews

__all__ = ["inbox", "reviews"]
