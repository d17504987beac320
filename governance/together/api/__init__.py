"""Entrances of the API to what is decided together."""

from governance.together.api import alignment, conditions, decisions, goals, meetings, ownership

__all__ = ["alignment", "conditions", "decisions", "goals", "meetings", "ownership"]
