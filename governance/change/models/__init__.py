"""Rows of the room in which change is followed from the idea to live."""

from governance.change.models.declaration import DeclaredLine, SeenAsset
from governance.change.models.edition import GateEdition
from governance.change.models.gate import Criterion, Gate, GateTemplate, Size, TemplateCriterion, Waiver
from governance.change.models.initiative import Initiative, InitiativeGoal, InitiativeRisk, Milestone, Stage
from governance.change.models.pattern import Pattern
from governance.change.models.planned import Clash, PlannedAsset, PlannedChange
from governance.change.models.spend import Saving, SpendLine

__all__ = [
    "Clash",
    "Criterion",
    "DeclaredLine",
    "Gate",
    "GateEdition",
    "GateTemplate",
    "Initiative",
    "InitiativeGoal",
    "InitiativeRisk",
    "Milestone",
    "Pattern",
    "PlannedAsset",
    "PlannedChange",
    "Saving",
    "SeenAsset",
    "Size",
    "SpendLine",
    "Stage",
    "TemplateCriterion",
    "Waiver",
]
