"""Which shared goals an initiative serves, and what a goal reaches through them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse

from governance.change import holding
from governance.change.errors import GoalNotShared
from governance.change.models import Initiative, InitiativeGoal
from governance.together import serving
from governance.together.models import Goal
from portal import clock
from portal.record import audit


@transaction.atomic
def serve(initiative: Initiative, goal: Goal, *, actor: Any) -> None:
    """Name `goal` on it; nothing happens where it is named already. Raises GoalNotShared, InitiativeStopped, InitiativeLive."""
    initiative = holding.locked(initiative)
    holding.check_open(initiative)
    if goal.shared_at is None or goal.archived_at is not None:
        raise GoalNotShared(goal)
    row, is_new = InitiativeGoal.objects.get_or_create(initiative=initiative, goal=goal)
    if is_new or row.archived_at is not None:
        row.archived_at = None
        row.save(update_fields=["archived_at"])
        _moved(initiative, "initiative.goal_named", goal, actor)


@transaction.atomic
def leave(initiative: Initiative, goal: Goal, *, actor: Any) -> None:
    """Take `goal` off it; nothing happens where it is not named. Raises InitiativeStopped, InitiativeLive."""
    initiative = holding.locked(initiative)
    holding.check_open(initiative)
    row = InitiativeGoal.objects.filter(initiative=initiative, goal=goal, archived_at=None).first()
    if row is not None:
        row.archived_at = clock.now()
        row.save(update_fields=["archived_at"])
        _moved(initiative, "initiative.goal_taken_off", goal, actor)


def named() -> ArraySubquery:
    """The goals of an initiative as {pk, number, title}, read with its row."""
    rows = InitiativeGoal.objects.filter(initiative=OuterRef("pk"), archived_at=None, goal__archived_at=None).order_by("goal")
    return ArraySubquery(rows.values(told=JSONObject(pk="goal", number="goal__number", title="goal__title")))


def of_goals(goals: Sequence[int], user: Any) -> Iterable[serving.Serving]:
    """The initiatives that serve `goals`, with the risks that each names. One query."""
    links = InitiativeGoal.objects.filter(goal__in=goals, archived_at=None, initiative__archived_at=None)
    links = links.exclude(initiative__status=Initiative.Status.STOPPED).annotate(
        bears=FilteredRelation("initiative__risk_links", condition=Q(initiative__risk_links__archived_at=None)),
        may_open=Exists(Initiative.objects.visible_to(user).filter(pk=OuterRef("initiative"))),
    )
    columns = ("goal", "initiative", "initiative__number", "initiative__title", "may_open", "bears__risk")
    found: dict[tuple[int, int], serving.Serving] = {}
    for goal, pk, number, title, may_open, risk in links.order_by("goal", "initiative").values_list(*columns):
        url = reverse("change:initiative", args=[pk])
        one = found.setdefault((goal, pk), serving.Serving(goal, pk, f"{number} {title}", url, may_open, set()))
        if risk is not None:
            one.risks.add(risk)
    return found.values()


def _moved(initiative: Initiative, verb: str, goal: Goal, actor: Any) -> None:
    initiative.version += 1
    initiative.save(update_fields=["version"])
    audit.record(actor, verb, initiative, {"goal": goal.pk})


serving.told_by(of_goals)
