"""The resources of attention."""

from portal.attention.api import calendar, inbox, quiet, reviews

__all__ = ["calendar", "inbox", "quiet", "reviews"]
