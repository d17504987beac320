"""Entrances of the API to what is decided together."""

from governance.together.api import alignment, answers, conditions, decisions, goals, meetings, outcomes, ownership

__all__ = ["alignment", "answers", "conditions", "decisions", "goals", "meetings", "outcomes", "ownership"]
