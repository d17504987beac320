"""Rows of the room in which leaders decide together."""

from governance.together.models.achievement import Achievement, Backing
from governance.together.models.alignment import AlignmentConsent, AlignmentReading, FormulaDecision
from governance.together.models.charter import Charter, Office, OwnershipArea, OwnershipWish, Part
from governance.together.models.condition import Condition
from governance.together.models.culture import (
    CultureChampion,
    CultureConsent,
    CultureCount,
    CultureLine,
    CultureQuarter,
    CultureReply,
)
from governance.together.models.decision import Decision, DecisionLink, DecisionOption
from governance.together.models.goal import Goal, GoalLink, GoalMeasure, GoalReading, Theme
from governance.together.models.mark import BlindMark, OptionMark
from governance.together.models.meeting import FaultSeen, Meeting, MeetingAction
from governance.together.models.outcome import DecisionOutcome
from governance.together.models.position import Position
from governance.together.models.talk import TalkAsked

__all__ = [
    "Achievement",
    "AlignmentConsent",
    "AlignmentReading",
    "Backing",
    "BlindMark",
    "Charter",
    "Condition",
    "CultureChampion",
    "CultureConsent",
    "CultureCount",
    "CultureLine",
    "CultureQuarter",
    "CultureReply",
    "Decision",
    "DecisionLink",
    "DecisionOption",
    "DecisionOutcome",
    "FaultSeen",
    "FormulaDecision",
    "Goal",
    "GoalLink",
    "GoalMeasure",
    "GoalReading",
    "Meeting",
    "MeetingAction",
    "Office",
    "OptionMark",
    "OwnershipArea",
    "OwnershipWish",
    "Part",
    "Position",
    "TalkAsked",
    "Theme",
]
