"""Treatments as people read them: list, board by state, calendar by day, and the page of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from portal.archive import changes
from portal.people import organisations
from portal.people.reach import grants
from portal.web import listing
from portal.web.listing import Order
from risks import deciding, hidden, retaining, scales, wording
from risks.models import Evidence, Finding, Levels, Office, Treatment, TreatmentStep

BY_DAY = Order("due", "due_on")
VIEWS = ("list", "board", "calendar")
MOST_ON_BOARD = 200
MOST_ON_CALENDAR = 300
NOTHING = Decimal("0.00")
State = Treatment.State


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; "" where it does not."""

    view: str = "list"
    state: str = ""
    kind: str = ""
    owner: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One state on the board."""

    label: str
    state: str
    rows: tuple[Treatment, ...]


@dataclass(frozen=True, slots=True)
class Date:
    """One open date: of a whole plan, or of a step of it."""

    due_on: date
    treatment: Treatment
    step: TreatmentStep | None = None

    @property
    def owner(self) -> Any:
        return self.step.owner if self.step else self.treatment.owner


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    dates: tuple[Date, ...]


@dataclass(frozen=True)
class Book:
    asked: Asked
    counts: Mapping[str, int]
    page: Any = None
    columns: tuple[Column, ...] = ()
    months: tuple[Month, ...] = ()


@dataclass(frozen=True, slots=True)
class Aspect:
    """One level, now and after this treatment; None where it is not judged or not changed."""

    label: str
    now: int | None
    after: int | None


@dataclass(frozen=True)
class Sheet:
    treatment: Treatment
    offices: tuple[tuple[str, str, tuple[TreatmentStep, ...], Decimal], ...]  # (mark of the seat, office, its steps, their cost)
    cost: Decimal
    open_steps: int
    aspects: tuple[Aspect, ...]
    evidence: tuple[Evidence, ...]
    finding: Finding | None  # of the exercise that showed the gap
    entries: Sequence[changes.Entry]
    has_more: bool

    @property
    def is_proven(self) -> bool:
        return any(one.withdrawn_at is None for one in self.evidence)


def of_user(user: Any) -> QuerySet[Treatment]:
    """What `user` may open, with the cost of the whole plan and how many of its steps are done."""
    standing = Q(steps__dropped_at=None)
    return (
        Treatment.objects.visible_to(user)
        .select_related("risk__unit", "owner", "proposed_by", "decided_by", "done_by")
        .annotate(
            cost=Coalesce(Sum("steps__cost", filter=standing), NOTHING),
            step_count=Count("steps", filter=standing),
            done_count=Count("steps", filter=standing & Q(steps__done_on__isnull=False)),
        )
    )


def waiting_for(user: Any) -> QuerySet[Treatment]:
    """What waits for the word of a leader such as `user`: proposed by another. The most urgent first. What the table of authority
    speaks of waits for signatures instead, and what retains a risk for an acceptance."""
    waits = Treatment.objects.filter(~Q(kind=Treatment.Kind.RETAIN) | Q(pk__in=retaining.held().values("pk")), state=State.PROPOSED)
    waits = waits.exclude(pk__in=deciding.asked().values("pk"))
    found = waits.visible_to(user).select_related("risk", "proposed_by")
    if not user.has_perm("risks.approve_treatment"):
        return found.none()
    return found.exclude(proposed_by=user).exclude(first_proposed_by=user).order_by("due_on", "pk")


def read(user: Any, params: Any) -> Book:
    """One page of a view. Three queries, and one that counts what is hidden."""
    asked = _asked(params)
    today = organisations.today()
    seen = Treatment.objects.visible_to(user)
    counts = seen.aggregate(
        proposed=Count("pk", filter=Q(state=State.PROPOSED)),
        approved=Count("pk", filter=Q(state=State.APPROVED)),
        done=Count("pk", filter=Q(state=State.DONE)),
        late=Count("pk", filter=Q(state=State.APPROVED, due_on__lt=today)),
    )
    wanted = _asked_for(of_user(user), asked, user, today)
    if asked.view == "board":
        return Book(asked, counts, columns=_board(wanted))
    if asked.view == "calendar":
        return Book(asked, counts, months=_calendar(wanted))
    total, besides = _asked_for(seen, asked, user, today).count(), hidden_count(user, params)
    return Book(asked, counts, page=listing.page_of(wanted, BY_DAY, params, total=total, hidden_count=besides))


def found(user: Any, params: Any) -> QuerySet[Treatment]:
    """All that the address asks for, as rows of `of_user(user)`."""
    return _asked_for(of_user(user), _asked(params), user, organisations.today())


def hidden_count(user: Any, params: Any) -> int:
    """How many plans of confidential risks the whole list counts besides, unless they are one or two: a filter, or so few, would
    tell of them. One query, none for leaders."""
    if _asked(params) != Asked() or grants(user).opens_confidential:
        return 0
    return hidden.withheld(Treatment.objects.hidden_from(user).count())


def sheet(treatment: Treatment, user: Any) -> Sheet:
    """The page of one treatment, a row of `of_user(user)`. Three queries and those of its history."""
    steps = list(treatment.steps.filter(dropped_at=None).select_related("owner", "done_by"))
    now = Levels.objects.filter(risk=treatment.risk_id, stage=Levels.Stage.CURRENT).first()
    entries, has_more = changes.read("treatment", treatment, user)
    evidence = (
        Evidence.objects.filter(treatment=treatment).select_related("collected_by", "withdrawn_by").order_by("-known_at", "-pk")
    )
    return Sheet(
        treatment=treatment,
        offices=tuple(_of_office(office, steps) for office in Office),
        cost=sum((step.cost for step in steps), NOTHING),
        open_steps=sum(step.done_on is None for step in steps),
        aspects=tuple(_aspects(treatment, now)),
        evidence=tuple(evidence[:50]),
        finding=Finding.objects.visible_to(user).filter(treatment=treatment).select_related("exercise").first(),
        entries=entries,
        has_more=has_more,
    )


def panel(ids: Sequence[int], user: Any) -> Mapping[int, Any]:
    """By risk its treatments, as far as `user` may open them. One query."""
    if not user.has_perm("risks.view_treatment"):
        return {}
    found: dict[int, list[Treatment]] = {pk: [] for pk in ids}
    for one in of_user(user).filter(risk__in=ids).order_by("due_on", "pk"):
        found[one.risk_id].append(one)
    return found


def _asked(params: Any) -> Asked:
    return Asked(
        view=_one_of(params.get("view"), VIEWS) or "list",
        state=_one_of(params.get("state"), State.values),
        kind=_one_of(params.get("kind"), Treatment.Kind.values),
        owner="me" if params.get("owner") == "me" else "",
        late=params.get("late") == "1",
    )


def _of_office(office: Office, steps: Sequence[TreatmentStep]) -> tuple[str, str, tuple[TreatmentStep, ...], Decimal]:
    own = tuple(step for step in steps if step.office == office)
    return ("cio" if office == Office.IT else "ciso", str(office.label), own, sum((step.cost for step in own), NOTHING))


def _aspects(treatment: Treatment, now: Levels | None):
    yield Aspect(str(wording.LABEL_OF_LIKELIHOOD), getattr(now, "likelihood_level", None), treatment.likelihood_level)
    for area in scales.IMPACT_AREAS:
        present, after = getattr(now, f"{area}_level", None), getattr(treatment, f"{area}_level")
        if present is not None or after is not None:
            yield Aspect(str(wording.AREAS[area]), present, after)


def _board(rows: QuerySet[Treatment]) -> tuple[Column, ...]:
    found = list(rows.order_by("due_on", "pk")[:MOST_ON_BOARD])
    return tuple(
        Column(str(state.label), state, tuple(row for row in found if row.state == state))
        for state in State
        if state in (State.PROPOSED, State.APPROVED, State.DONE) or any(row.state == state for row in found)
    )


def _calendar(rows: QuerySet[Treatment]) -> tuple[Month, ...]:
    """The open dates of what is proposed or approved, by month."""
    plans = {
        row.pk: row for row in rows.filter(state__in=(State.PROPOSED, State.APPROVED)).order_by("due_on", "pk")[:MOST_ON_CALENDAR]
    }
    steps = TreatmentStep.objects.filter(treatment__in=plans, done_on=None, dropped_at=None).select_related("owner")
    dates = [Date(row.due_on, row) for row in plans.values()]
    dates += [Date(step.due_on, plans[step.treatment_id], step) for step in steps]
    dates.sort(key=lambda one: (one.due_on, one.treatment.pk, one.step is None, one.step.place if one.step else 0))
    months: dict[date, list[Date]] = {}
    for one in dates:
        months.setdefault(one.due_on.replace(day=1), []).append(one)
    return tuple(Month(first, tuple(those)) for first, those in months.items())


def _asked_for(rows: Any, asked: Asked, user: Any, today: date) -> Any:
    if asked.late:
        rows = rows.overdue(today)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return rows.filter(owner=user) if asked.owner else rows


def _one_of(text: str | None, allowed: Sequence[str]) -> str:
    return text if text in allowed else ""
