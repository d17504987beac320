"""Entrances of the API to change."""

from governance.change.api import gates, initiatives

__all__ = ["gates", "initiatives"]
