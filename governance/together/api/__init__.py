"""Entrances of the API to what is decided together."""

from governance.together.api import conditions, decisions, goals, ownership

__all__ = ["conditions", "decisions", "goals", "ownership"]
