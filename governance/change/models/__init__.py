"""Rows of the room in which change is followed from the idea to live."""

from governance.change.models.declaration import DeclaredLine, SeenAsset
from governance.change.models.initiative import Initiative, Milestone, Stage

__all__ = ["DeclaredLine", "Initiative", "Milestone", "SeenAsset", "Stage"]
