"""Shared goals as a table takes them out: one row a goal, with what each office measures and how the goal stands today."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.together import goal_standing
from governance.together.goal_standing import Course
from governance.together.models import Goal, GoalMeasure, GoalReading, Theme
from portal.people import organisations
from portal.told import row_key
from portal.workbench.listed import Choice

VIEWS: Mapping[str, Q] = {"open": Q(archived_at=None), "ended": Q(archived_at__isnull=False), "all": ~Q(pk__in=())}
STATES = {
    goal_standing.MET: gettext_lazy("Met"),
    goal_standing.ON_TRACK: gettext_lazy("On track"),
    goal_standing.BEHIND: gettext_lazy("Behind"),
    goal_standing.MISSED: gettext_lazy("Missed"),
    goal_standing.NOT_ENOUGH_DATA: gettext_lazy("Not enough data"),
}


def found(user: Any, params: Any) -> QuerySet[Goal]:
    """All that the address asks for, each with its measures and their last readings (`measured`) and the day it is seen on."""
    newest = GoalReading.objects.filter(measure=OuterRef("pk")).order_by("-happened_on", "-pk")
    last = {"last_value": Subquery(newest.values("value")[:1]), "last_on": Subquery(newest.values("happened_on")[:1])}
    measured = Prefetch("measures", queryset=GoalMeasure.objects.annotate(**last).order_by("office"), to_attr="measured")
    rows = Goal.objects.visible_to(user).filter(VIEWS.get(params.get("view", "open"), VIEWS["open"]))
    if (theme := row_key(params.get("theme", ""))) is not None:
        rows = rows.filter(theme=int(theme))
    return rows.select_related("theme", "proposed_by").prefetch_related(measured)


def views(user: Any) -> list[tuple[str, str]]:
    words = {"open": _("under way"), "ended": _("ended"), "all": _("all")}
    return [(name, words[name]) for name in VIEWS]


def themes(user: Any) -> list[tuple[int, str]]:
    return list(Theme.objects.visible_to(user).current().values_list("pk", "name"))


def standing(goal: Goal) -> Choice | None:
    """As the page of the goal says it; None for one that has ended."""
    if goal.archived_at is not None:
        return None
    today = organisations.today()
    stands = {
        one.office: goal_standing.of_measure(
            Course(one.start_value, one.target_value, goal.from_on, goal.due_on, one.last_value, one.last_on), today
        )
        for one in goal.measured
    }
    state = goal_standing.of_goal(stands)
    return Choice(state, str(STATES[state]))


def of_office(office: str, name: str) -> Any:
    """Reads one thing of what an office measures."""

    def read(goal: Goal) -> Any:
        return next((getattr(one, name) for one in goal.measured if one.office == office), None)

    return read
