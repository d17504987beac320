"""What goals are there for goes on in another risk."""

from governance.together.models import GoalLink
from portal.talk.moves import Moves
from risks.models import Risk


def follow(survivor: Risk, merged: Risk, moves: Moves) -> None:
    """A goal that names both is there for the survivor. What a decision rested on stays: that was signed."""
    links = GoalLink.objects.filter(subject_kind="risk")
    for link in links.filter(subject_id=merged.pk, archived_at=None).order_by("pk"):
        twin = links.filter(goal=link.goal_id, subject_id=survivor.pk)
        if twin.exists():
            moves.set(twin, archived_at=None)
        else:
            moves.set(links.filter(pk=link.pk), subject_id=survivor.pk)
