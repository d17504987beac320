"""Rows of the room in which leaders decide together."""

from governance.together.models.condition import Condition
from governance.together.models.decision import Decision, DecisionLink, DecisionOption
from governance.together.models.position import Position

__all__ = ["Condition", "Decision", "DecisionLink", "DecisionOption", "Position"]
