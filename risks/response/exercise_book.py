"""Exercises as people read them: the list, and the page of one with its clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from portal import clock
from portal.archive import changes
from portal.people.models import User
from portal.web import listing
from portal.web.listing import Order, Page
from risks.models import Activation, Exercise, Finding, Inject, Risk, Treatment

NEWEST = Order("planned", "planned_on", descending=True)
State = Exercise.State
VIEWS: Mapping[str, Q] = {
    "planned": Q(state__in=(State.PLANNED, State.RUNNING)),
    "done": Q(state=State.DONE),
    "all": Q(),
}


@dataclass(frozen=True, slots=True)
class Book:
    view: str
    counts: Mapping[str, int]
    page: Page


@dataclass(frozen=True, slots=True)
class Line:
    """A note to be fed in; `is_due` once its minute has come."""

    inject: Inject
    is_due: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    exercise: Exercise
    lines: tuple[Line, ...]
    findings: Sequence[Finding]
    activation: Activation | None
    risks: tuple[Risk, ...]  # of the plan, open and visible: what a gap may belong to
    minutes: int | None  # since the start; how long it took, once it is over
    entries: Sequence[changes.Entry]
    has_more: bool

    @property
    def gaps(self) -> list[Finding]:
        return [one for one in self.findings if one.is_gap]

    @property
    def untreated(self) -> int:
        return sum(one.treatment_id is None for one in self.gaps)

    @property
    def clock(self) -> str:
        """1:05 of the exercise."""
        return f"{(self.minutes or 0) // 60}:{(self.minutes or 0) % 60:02d}"


def of_user(user: Any) -> QuerySet:
    return Exercise.objects.visible_to(user).select_related("plan__unit", "plan__owner", "lead", "planned_by")


def findings_of(user: Any) -> QuerySet:
    """Findings, each with its treatment where `user` may open that."""
    seen = Prefetch("treatment", Treatment.objects.visible_to(user))
    return Finding.objects.visible_to(user).select_related("noted_by").prefetch_related(seen)


def read(user: Any, params: Any) -> Book:
    """One page of a view. Two queries."""
    view = params.get("view", "planned")
    view = view if view in VIEWS else "planned"
    seen = of_user(user)
    counts = seen.order_by().aggregate(**{name: Count("pk", filter=rows) for name, rows in VIEWS.items()})
    gaps = Count("findings", filter=Q(findings__is_gap=True))
    treated = Count("findings", filter=Q(findings__is_gap=True, findings__treatment__isnull=False))
    rows = seen.filter(VIEWS[view]).annotate(gap_count=gaps, treated_count=treated)
    return Book(view, counts, listing.page_of(rows, NEWEST, params, total=counts[view]))


def sheet(found: Exercise, user: User) -> Sheet:
    """The page of one exercise. Four queries and those of its history."""
    until = found.ended_at or clock.now()
    minutes = None if found.started_at is None else int((until - found.started_at).total_seconds() // 60)
    injects = found.injects.select_related("told_by")
    entries, has_more = changes.read("exercise", found, user)
    return Sheet(
        exercise=found,
        lines=tuple(Line(one, minutes is not None and one.at_minute <= minutes) for one in injects),
        findings=list(findings_of(user).filter(exercise=found)),
        activation=Activation.objects.visible_to(user).filter(exercise=found).order_by("-pk").first(),
        risks=tuple(Risk.objects.visible_to(user).open().filter(response_plans=found.plan).order_by("pk")),
        minutes=minutes,
        entries=entries,
        has_more=has_more,
    )
