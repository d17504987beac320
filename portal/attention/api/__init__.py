"""The resources of attention."""

from portal.attention.api import inbox, quiet, reviews

__all__ = ["inbox", "quiet", "reviews"]
