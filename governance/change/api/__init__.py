"""Entrances of the API to change."""

from governance.change.api import calendar, editions, gates, initiatives, ledger

__all__ = ["calendar", "editions", "gates", "initiatives", "ledger"]
