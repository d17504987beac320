"""Goals as people read them: the line of sight from themes down to controls, and one goal with its measures and readings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from governance.together import goal_standing, line_of_sight, serving
from governance.together.goal_standing import Course, Standing
from governance.together.goals import MOST_THEMES
from governance.together.line_of_sight import Below, Register, Sum, Sums
from governance.together.models import Goal, GoalLink, GoalMeasure, GoalReading, Theme
from governance.together.serving import Serving
from portal import subjects
from portal.people import organisations
from portal.signing import panels
from portal.signing import standing as standings
from risks import hidden
from risks.models import Control, ControlRisk, Risk

MOST_READINGS = 60
NO_POINTS = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One goal: how it stands, by its measures, and what it is there for."""

    goal: Goal
    state: str
    is_shared: bool  # both have signed what it says now
    measures: Sequence[tuple[GoalMeasure, Standing, GoalReading | None]]
    sum: Sum
    serving: Sequence[Serving] = ()  # what is under way for it, as far as the reader may open it

    @property
    def missing(self) -> list[str]:
        """The offices that have not said what they measure, or not lately."""
        return [one.office for one, standing, _reading in self.measures if standing.state == goal_standing.NOT_ENOUGH_DATA]


@dataclass(frozen=True, slots=True)
class Section:
    theme: Theme
    lines: Sequence[Line]
    sum: Sum
    twice: Sum


@dataclass(frozen=True, slots=True)
class Sight:
    """Every theme with its goals, down to controls; `hidden` risks that goals are there for may not be opened by the reader."""

    sections: Sequence[Section]
    sums: Sums
    hidden: int
    counts: Mapping[str, int]  # state → goals

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def good(self) -> int:
        return sum(self.counts.get(state, 0) for state in goal_standing.GOOD)

    @property
    def without_goals(self) -> list[Theme]:
        return [one.theme for one in self.sections if not one.lines]

    @property
    def may_add(self) -> bool:
        return len(self.sections) < MOST_THEMES


@dataclass(frozen=True, slots=True)
class Aim:
    """A risk that the goal is there for, and the controls in force that bear on it."""

    risk: Risk
    controls: Sequence[Control]


@dataclass(frozen=True, slots=True)
class Page:
    goal: Goal
    state: str
    measures: Sequence[tuple[GoalMeasure, Standing, GoalReading | None]]
    readings: Sequence[GoalReading]
    aims: Sequence[Aim]
    hidden: int
    sum: Sum
    panel: Any
    serving: Sequence[tuple[Serving, Sum]] = ()
    hidden_serving: int = 0  # that the reader may not open
    below: Below | None = None

    @property
    def is_open(self) -> bool:
        return self.goal.archived_at is None


def read(user: Any) -> Sight:
    """The whole line of sight. At most twelve queries, however many goals and risks."""
    themes = list(Theme.objects.visible_to(user).current().order_by("pk"))
    goals = list(
        subjects.of_kind("goal").visible_to(user).filter(theme__in=[one.pk for one in themes], archived_at=None).order_by("pk")
    )
    newest, shared = _newest(goals), _shared(goals)
    risks_of: dict[int, list[int]] = {}
    for goal_id, risk_id in GoalLink.objects.filter(goal__in=goals, archived_at=None, subject_kind="risk").values_list(
        "goal_id", "subject_id"
    ):
        risks_of.setdefault(goal_id, []).append(risk_id)
    served = serving.of([goal.pk for goal in goals], user)
    for goal_id, things in served.items():
        risks_of.setdefault(goal_id, []).extend(pk for thing in things if thing.may_open for pk in thing.risks)
    register = register_of(user)
    under = {theme.pk: [goal.pk for goal in goals if goal.theme_id == theme.pk] for theme in themes}
    sums = line_of_sight.add_up(under, risks_of, register)
    lines = {
        goal.pk: replace(
            _line(goal, newest, goal.pk in shared, sums.goals[goal.pk]),
            serving=[thing for thing in served[goal.pk] if thing.may_open],
        )
        for goal in goals
    }
    sections = [
        Section(theme, [lines[pk] for pk in under[theme.pk]], sums.themes[theme.pk], sums.twice_in[theme.pk]) for theme in themes
    ]
    named = {pk for ids in risks_of.values() for pk in ids}
    counts = {state: sum(line.state == state for line in lines.values()) for state in goal_standing.BETTER_FIRST}
    return Sight(sections, sums, _hidden(named, register, user), counts)


def states(goals: Sequence[Goal]) -> dict[int, str]:
    """How each of `goals`, which come with their measures, stands today. One query."""
    newest, today = _newest(goals), organisations.today()
    return {goal.pk: _stand(goal, newest, today)[0] for goal in goals}


def of_user(user: Any) -> QuerySet[Goal]:
    """The goals `user` may open, with theme and measures."""
    return subjects.of_kind("goal").visible_to(user)


def one(goal: Goal, user: Any) -> Page:
    """Everything the page of one goal shows. Fourteen queries at most."""
    readings = list(
        GoalReading.objects.filter(measure__goal=goal)
        .select_related("measure", "taken_by")
        .order_by("-happened_on", "-pk")[:MOST_READINGS]
    )
    direct = [link.subject_id for link in goal.links.all() if link.archived_at is None and link.subject_kind == "risk"]
    served = serving.of([goal.pk], user)[goal.pk]
    opened = [thing for thing in served if thing.may_open]
    ids = sorted({*direct, *(pk for thing in opened for pk in thing.risks)})
    opens = Exists(Risk.objects.visible_to(user).filter(pk=OuterRef("pk")))
    named = (
        Risk.objects.filter(pk__in=ids, state=Risk.State.OPEN, archived_at=None)
        .select_related("unit", "score_state")
        .annotate(value=F("score_state__current_value"), may_open=opens)
        .order_by("pk")
    )
    every = list(named) if ids else []
    risks = [risk for risk in every if risk.may_open] if user.has_perm("risks.view_risk") else []
    bearing, found = _bearing_on([risk.pk for risk in risks], user)
    points = {risk.pk: _points(risk.value) for risk in risks}
    state, measures = _stand(goal, _newest([goal]), organisations.today())
    reached = line_of_sight.below(direct, {thing.pk: thing.risks for thing in opened}, Register(points, bearing))
    return Page(
        goal=goal,
        state=state,
        measures=measures,
        readings=readings,
        aims=[Aim(risk, [found[pk] for pk in sorted(bearing.get(risk.pk, ()))]) for risk in risks],
        hidden=hidden.among({risk.pk for risk in every if not risk.may_open}, user),
        sum=reached.whole,
        panel=panels.read(goal, user),
        serving=[(thing, reached.through[thing.pk]) for thing in opened],
        hidden_serving=hidden.withheld(len(served) - len(opened)),
        below=reached,
    )


def register_of(user: Any) -> Register:
    """The open risks that `user` may open with their points, and the controls that bear on them. Two queries."""
    if not user.has_perm("risks.view_risk"):
        return Register({}, {})
    rows = Risk.objects.visible_to(user).current().filter(state=Risk.State.OPEN)
    points = {pk: _points(value) for pk, value in rows.values_list("pk", "score_state__current_value")}
    return Register(points, _bearing(user))


def _bearing(user: Any) -> dict[int, set[int]]:
    """Risk → controls in force that `user` may open."""
    found: dict[int, set[int]] = {}
    for risk_id, control_id in _bearings(user).values_list("risk_id", "control_id"):
        found.setdefault(risk_id, set()).add(control_id)
    return found


def _bearing_on(risks: Sequence[int], user: Any) -> tuple[dict[int, set[int]], dict[int, Control]]:
    """The same of some risks, and those controls by their keys. One query where there are any."""
    bearing: dict[int, set[int]] = {}
    found: dict[int, Control] = {}
    for row in _bearings(user).filter(risk__in=risks).select_related("control") if risks else ():
        bearing.setdefault(row.risk_id, set()).add(row.control_id)
        found[row.control_id] = row.control
    return bearing, found


def _bearings(user: Any) -> QuerySet[ControlRisk]:
    if not user.has_perm("risks.view_control"):
        return ControlRisk.objects.none()
    return ControlRisk.objects.filter(control__in=Control.objects.visible_to(user).in_force())


def _hidden(named: Any, register: Register, user: Any) -> int:
    """Open risks that are named and that the reader may not open, as far as they count."""
    others = set(named) - register.points.keys()
    return len(hidden.of(user).where(lambda one: one.is_open and one.id in others)) if others else 0


def _points(value: Decimal | None) -> Decimal:
    return NO_POINTS if value is None else value


def _newest(goals: Sequence[Goal]) -> dict[int, GoalReading]:
    """The last reading by measure."""
    rows = GoalReading.objects.filter(measure__goal__in=[goal.pk for goal in goals])
    return {one.measure_id: one for one in rows.order_by("measure_id", "-happened_on", "-pk").distinct("measure_id")}


def _shared(goals: Sequence[Goal]) -> set[int]:
    """Those that both have signed as they stand."""
    found = standings.read({("goal", goal.pk): goal for goal in goals})
    return {pk for (_kind, pk), standing in found.items() if standing.signed_off_at is not None}


def _line(goal: Goal, newest: Mapping[int, GoalReading], is_shared: bool, adds_up: Sum) -> Line:
    state, measures = _stand(goal, newest, organisations.today())
    return Line(goal, state, is_shared, measures, adds_up)


def _stand(goal: Goal, newest: Mapping[int, GoalReading], today: Any):
    measures = []
    for measure in sorted(goal.measures.all(), key=lambda one: one.office):
        reading = newest.get(measure.pk)
        read_value, read_on = (reading.value, reading.happened_on) if reading else (None, None)
        course = Course(measure.start_value, measure.target_value, goal.from_on, goal.due_on, read_value, read_on)
        measures.append((measure, goal_standing.of_measure(course, today), reading))
    return goal_standing.of_goal({measure.office: standing for measure, standing, _reading in measures}), measures
