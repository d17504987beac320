"""When something of a plan is due, and who hears of it: the reviews of treatments and their steps."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.attention import reviews
from portal.attention.models import Review
from risks.errors import AnswerByDoing
from risks.models import Treatment, TreatmentStep

WHOLE, STEP = "treatment.due", "treatment-step.due"


def schedule(treatment: Treatment, *, actor: Any) -> None:
    """Let a review stand on every date of an approved plan that is still open, and on no other. The caller has locked it."""
    under_way = treatment.state == Treatment.State.APPROVED
    if under_way:
        reviews.schedule(treatment, WHOLE, treatment.due_on, [], owner=treatment.owner, actor=actor)
    else:
        reviews.cancel(treatment, WHOLE, actor=actor)
    for step in treatment.steps.select_related("owner").filter(dropped_at=None):
        if under_way and step.done_on is None:
            reviews.schedule(step, STEP, step.due_on, [], owner=step.owner, actor=actor)
        else:
            reviews.cancel(step, STEP, actor=actor)


def end_step(step: TreatmentStep) -> None:
    """The plan goes without it."""
    reviews.cancel(step, STEP)


def refuse_answer(review: Review, *, actor: Any, note: str) -> None:
    """A date is met by doing, not by words."""
    if review.kind == STEP:
        raise AnswerByDoing(TreatmentStep.objects.select_related("treatment").get(pk=review.subject_id).treatment)
    raise AnswerByDoing(Treatment.objects.get(pk=review.subject_id))


def sides_of_steps(pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """On whose side each (step id, owner id) stands: that of its office."""
    offices = dict(TreatmentStep.objects.filter(pk__in={pk for pk, _owner in pairs}).values_list("pk", "office"))
    return {(pk, owner): "CISO" if offices.get(pk) == "SECURITY" else "CIO" for pk, owner in pairs}


def sides(pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """On whose side each (treatment id, owner id) stands: that of the accountable owner of its risk."""
    rows = Treatment.objects.filter(pk__in={pk for pk, _owner in pairs}).values_list("pk", "risk__accountable")
    accountable = dict(rows)
    return {(pk, owner): "CISO" if accountable.get(pk) == "SECURITY" else "CIO" for pk, owner in pairs}
