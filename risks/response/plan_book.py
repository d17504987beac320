"""Response plans as people read them: the list, one plan, one version."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateField, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from assets.models import Asset
from portal.attention.models import Review
from portal.people import appointments
from portal.people.reach import Tally
from portal.web import listing
from portal.web.listing import Order, Page
from risks import hidden
from risks.models import Activation, Exercise, Office, Phase, PlanAction, PlanClock, PlanContact, PlanVersion, ResponsePlan, Risk
from risks.response import clocks, plans
from risks.response.plan_content import SEAT_OF

BY_NUMBER = Order("number", "id")
State = PlanVersion.State
MARKS = {Office.IT: "cio", Office.SECURITY: "ciso"}


@dataclass(frozen=True, slots=True)
class Book:
    view: str
    counts: Mapping[str, int]
    page: Page
    tally: Tally


@dataclass(frozen=True, slots=True)
class Step:
    """One action with who does it; the live page adds who ticked it."""

    action: PlanAction
    who: str
    mark: Any = None  # the newest tick, if it stands
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """What one office does in a phase."""

    mark: str  # of the seat
    office: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase with both offices side by side."""

    phase: str
    label: str
    sides: tuple[Side, Side]

    @property
    def steps(self) -> list[Step]:
        return [step for side in self.sides for step in side.steps]

    @property
    def done(self) -> int:
        return sum(step.mark is not None for step in self.steps)


@dataclass(frozen=True, slots=True)
class Branch:
    """A contact and how deep in the tree it stands."""

    contact: PlanContact
    depth: int


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says, in words."""

    stretches: tuple[Stretch, ...]
    contacts: tuple[Branch, ...]
    clocks: tuple[tuple[PlanClock, str], ...]  # with who keeps it


@dataclass(frozen=True, slots=True)
class Sheet:
    shown: PlanVersion | None  # in force, else the newest
    content: Content | None
    versions: Sequence[PlanVersion]
    risks: tuple[Risk, ...]
    hidden_risks: int
    assets: tuple[Asset, ...]
    hidden_assets: int
    activations: Sequence[Activation]
    exercises: Sequence[Exercise]

    @property
    def draft(self) -> PlanVersion | None:
        return next((one for one in self.versions if one.state in (State.DRAFT, State.ASKED)), None)

    @property
    def in_force(self) -> PlanVersion | None:
        return next((one for one in self.versions if one.state == State.IN_FORCE), None)

    @property
    def live(self) -> list[Activation]:
        return [one for one in self.activations if one.is_live]


def of_user(user: Any) -> QuerySet:
    """The plans `user` may open, with what stands beside their names."""
    due = Review.objects.open().filter(subject_kind="response-plan", subject_id=OuterRef("pk"), kind=plans.REVIEW)
    done = Exercise.objects.filter(plan=OuterRef("pk"), state=Exercise.State.DONE).order_by().values("plan")
    planned = Exercise.objects.filter(plan=OuterRef("pk"), state=Exercise.State.PLANNED).order_by("planned_on")
    versions = PlanVersion.objects.filter(plan=OuterRef("pk"))
    return (
        ResponsePlan.objects.visible_to(user)
        .select_related("unit", "owner")
        .annotate(
            is_in_force=Exists(versions.filter(state=State.IN_FORCE)),
            draft_state=Subquery(versions.filter(state__in=(State.DRAFT, State.ASKED)).values("state")[:1]),
            is_live=Exists(Activation.objects.live().filter(plan_version__plan=OuterRef("pk"))),
            review_due_on=Subquery(due.values("due_on")[:1]),
            exercised_at=Subquery(done.annotate(last=Max("ended_at")).values("last")),
            exercise_on=Subquery(planned.values("planned_on")[:1], output_field=DateField()),
        )
    )


VIEWS: Mapping[str, Q] = {
    "current": Q(archived_at=None),
    "live": Q(archived_at=None, is_live=True),
    "unsigned": Q(archived_at=None, is_in_force=False),
    "retired": Q(archived_at__isnull=False),
}


def read(user: Any, params: Any) -> Book:
    """One page of a view. Three queries."""
    view, seen = _view(params), of_user(user)
    counts = seen.aggregate(**{name: Count("pk", filter=rows) for name, rows in VIEWS.items()})
    besides = hidden_count(user, params)
    page = listing.page_of(seen.filter(VIEWS[view]), BY_NUMBER, params, total=counts[view], hidden_count=besides)
    return Book(view, counts, page, Tally(counts[view], besides))


def found(user: Any, params: Any) -> QuerySet:
    """All that the address asks for, as rows of `of_user(user)`."""
    return of_user(user).filter(VIEWS[_view(params)])


def hidden_count(user: Any, params: Any) -> int:
    """The list of all current ones alone says how many more there are, and not of one or two: so few would be told of."""
    return hidden.withheld(ResponsePlan.objects.hidden_from(user).current().count()) if _view(params) == "current" else 0


def views(user: Any) -> list[tuple[str, str]]:
    words = {"current": _("current"), "live": _("at work now"), "unsigned": _("not in force"), "retired": _("retired")}
    return [(name, words[name]) for name in VIEWS]


def _view(params: Any) -> str:
    view = params.get("view", "current")
    return view if view in VIEWS else "current"


def sheet(plan: ResponsePlan, user: Any) -> Sheet:
    """The page of one plan. Ten queries."""
    versions = list(plan.versions.select_related("drafted_by", "asked_by"))
    for one in versions:
        one.plan = plan
    shown = next((one for one in versions if one.state == State.IN_FORCE), versions[0] if versions else None)
    linked = list(plan.risks.annotate(seen=Exists(Risk.objects.visible_to(user).filter(pk=OuterRef("pk")))).order_by("pk"))
    assets, hidden = assets_of(plan, user)
    live = (
        Activation.objects.visible_to(user).filter(plan_version__plan=plan).select_related("incident", "exercise", "plan_version")
    )
    return Sheet(
        shown=shown,
        content=content(shown) if shown else None,
        versions=versions,
        risks=tuple(one for one in linked if one.seen),
        hidden_risks=sum(not one.seen for one in linked),
        assets=assets,
        hidden_assets=hidden,
        activations=list(live.order_by("-pk")[:10]),
        exercises=list(plan.exercises.select_related("lead").order_by("-planned_on", "-pk")[:10]),
    )


def assets_of(plan: ResponsePlan, user: Any) -> tuple[tuple[Asset, ...], int]:
    """The linked assets that `user` may open, those that must work again first above, and how many more there are."""
    rows = plan.assets.annotate(seen=Exists(Asset.objects.visible_to(user).filter(pk=OuterRef("pk"))))
    found = list(rows.order_by("recovery_time_hours", "name", "pk"))
    return tuple(one for one in found if one.seen), sum(not one.seen for one in found)


def content(version: PlanVersion, *, live: bool = False) -> Content:
    """What a version says. Four queries. `live` leaves out what is done before anything happens."""
    filled = appointments.filled()
    actions = list(version.actions.select_related("person"))
    duties = list(version.clocks.select_related("person"))
    contacts = list(version.contacts.select_related("person"))
    return Content(
        stretches=stretches(actions, filled, live=live),
        contacts=tree(contacts),
        clocks=tuple((one, clocks.owner_of(one, filled)) for one in duties),
    )


def stretches(
    actions: Iterable[PlanAction],
    filled: Mapping[str, Any],
    *,
    live: bool = False,
    step: Any = Step,
) -> tuple[Stretch, ...]:
    """The phases in their order, each with both offices; `step(action, who)` makes the lines."""
    rows = list(actions)
    found = []
    for phase in Phase:
        if live and phase == Phase.PREPARE:
            continue
        sides = tuple(
            Side(
                MARKS[office],
                str(office.label),
                tuple(
                    step(one, clocks.owner_of(one, filled, SEAT_OF[office]))
                    for one in rows
                    if one.phase == phase and one.office == office
                ),
            )
            for office in Office
        )
        if any(side.steps for side in sides):
            found.append(Stretch(phase.value, str(phase.label), (sides[0], sides[1])))
    return tuple(found)


def tree(contacts: Sequence[PlanContact]) -> tuple[Branch, ...]:
    """Each contact below whoever calls them, in their order."""
    below: dict[int | None, list[PlanContact]] = {}
    for one in contacts:
        below.setdefault(one.below_id, []).append(one)

    def walk(parent: int | None, depth: int) -> Iterable[Branch]:
        for one in below.get(parent, ()):
            yield Branch(one, depth)
            yield from walk(one.pk, depth + 1)

    return tuple(walk(None, 0))
