"""Entrances of the API to change."""

from governance.change.api import gates, initiatives, ledger

__all__ = ["gates", "initiatives", "ledger"]
