"""Entrances of the API to change."""

from governance.change.api import initiatives

__all__ = ["initiatives"]
