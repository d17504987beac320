"""The one way from stage to stage: whoever asks, by whatever door, asks here."""

from typing import Any

from django.db import transaction

from governance.change import declarations, gates, holding
from governance.change.errors import NotDeclared, NotTheNextStage
from governance.change.models import Initiative, Stage
from portal import clock
from portal.record import audit
from risks.errors import SavedMeanwhile

ADVANCED = "initiative.advanced"


@transaction.atomic
def advance(initiative: Initiative, to: str, *, actor: Any, version: int | None = None) -> Initiative:
    """Let it go on to `to`, the stage after its own. Raises InitiativeStopped, InitiativeLive, SavedMeanwhile, NotTheNextStage,
    NotDeclared, GateClosed."""
    initiative = holding.locked(initiative)
    holding.check_open(initiative)
    if version is not None and version != initiative.version:
        raise SavedMeanwhile(theirs={}, version=initiative.version, by=None)
    stage = Stage(initiative.stage)
    if to != stage.following:
        raise NotTheNextStage(initiative, stands=stage.label)
    if stage == Stage.IDEA and not declarations.standing(initiative):
        raise NotDeclared(initiative)
    gates.check(initiative, to)
    initiative.stage, initiative.stage_since = to, clock.now()
    initiative.version += 1
    initiative.save(update_fields=["stage", "stage_since", "version"])
    audit.record(actor, ADVANCED, initiative, {"from": stage, "to": to})
    gates.passed(initiative, to, actor=actor)
    if stage == Stage.IDEA:
        gates.fit(initiative, actor=actor)
    gates.open_next(initiative)
    return initiative
