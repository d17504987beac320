"""Entrances of the API to change."""

from governance.change.api import calendar, gates, initiatives, ledger

__all__ = ["calendar", "gates", "initiatives", "ledger"]
