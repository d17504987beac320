"""Rows of the room in which change is followed from the idea to live."""

from governance.change.models.initiative import Initiative, Milestone, Stage

__all__ = ["Initiative", "Milestone", "Stage"]
