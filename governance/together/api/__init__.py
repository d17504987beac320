"""Entrances of the API to what is decided together."""

from governance.together.api import (
    achievements,
    alignment,
    answers,
    conditions,
    culture,
    decisions,
    goals,
    meetings,
    outcomes,
    ownership,
)

__all__ = [
    "achievements",
    "alignment",
    "answers",
    "conditions",
    "culture",
    "decisions",
    "goals",
    "meetings",
    "outcomes",
    "ownership",
]
