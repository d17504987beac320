"""What initiatives and spend lines say of a risk that goes on in another one."""

from governance.change.models import InitiativeRisk, SpendLine
from portal.talk.moves import Moves
from risks.models import Risk


def follow(survivor: Risk, merged: Risk, moves: Moves) -> None:
    """An initiative that names both names the survivor; what was taken off of it stays off of the merged one alone."""
    links = InitiativeRisk.objects.all()
    for link in links.filter(risk=merged, archived_at=None).order_by("pk"):
        twin = links.filter(initiative=link.initiative_id, risk=survivor)
        if twin.exists():
            moves.set(twin, archived_at=None)
        else:
            moves.set(links.filter(pk=link.pk), risk_id=survivor.pk)
    moves.set(SpendLine.objects.filter(risk=merged), risk_id=survivor.pk)
