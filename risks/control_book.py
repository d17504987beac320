"""Controls as people read them: the list with its filters, and the page of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import OuterRef, QuerySet, Subquery

from portal.archive import changes
from portal.people import organisations
from portal.web import listing
from portal.web.listing import Order
from risks import effectiveness, hidden
from risks.models import Control, ControlRisk, Evidence, Office

NEWEST = Order("number", "number")
PROVEN = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Line:
    """One control with what counts of it today [shares 0–1]."""

    control: Control
    operating: Decimal
    removes: Decimal
    is_proven: bool

    @property
    def removes_percent(self) -> int:
        return round(self.removes * 100)

    @property
    def operating_percent(self) -> int:
        return round(self.operating * 100)

    @property
    def counts_less(self) -> bool:
        """Whether it works less today than was judged, for lack of evidence."""
        return not self.is_proven and self.control.operating_effectiveness > 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the list asks for; "" where it does not."""

    q: str = ""
    state: str = ""
    office: str = ""
    proven: str = ""


@dataclass(frozen=True)
class Book:
    asked: Asked
    lines: tuple[Line, ...]
    page: Any
    in_force: int
    unproven: int


@dataclass(frozen=True)
class Sheet:
    line: Line
    bearings: Sequence[ControlRisk]
    hidden_risks: int
    evidence: Sequence[Evidence]
    entries: Sequence[changes.Entry]
    has_more: bool


def read(user: Any, params: Any) -> Book:
    """One page of the list. Four queries."""
    asked, today = _asked(params), organisations.today()
    seen = Control.objects.visible_to(user).current()
    wanted = _asked_for(seen, asked, today)
    rows = wanted.select_related("unit", "owner").with_evidence_until()
    page = listing.page_of(rows, NEWEST, params, total=wanted.count())
    in_force = seen.in_force()
    return Book(
        asked=asked,
        lines=tuple(line(one, today) for one in page.rows),
        page=page,
        in_force=in_force.count(),
        unproven=in_force.proven(today, holds=False).count(),
    )


def found(user: Any, params: Any) -> QuerySet[Control]:
    """All that the address asks for, as rows of `of_user(user)`."""
    return _asked_for(of_user(user).current(), _asked(params), organisations.today())


def sheet(control: Control, user: Any) -> Sheet:
    """The page of one control, a row of `of_user(user)`. Four queries and those of its history."""
    seen = ControlRisk.objects.visible_to(user).filter(control=control).select_related("risk__unit", "risk__score_state")
    bearings = list(seen.order_by("risk__number", "bears_on"))
    linked = set(ControlRisk.objects.filter(control=control).values_list("risk", flat=True))
    entries, has_more = changes.read("control", control, user)
    evidence = Evidence.objects.filter(control=control).select_related("collected_by", "withdrawn_by").order_by("-known_at", "-pk")
    return Sheet(
        line=line(control, organisations.today()),
        bearings=bearings,
        hidden_risks=hidden.among(linked - {one.risk_id for one in bearings}, user),
        evidence=list(evidence[:50]),
        entries=entries,
        has_more=has_more,
    )


def of_user(user: Any) -> QuerySet[Control]:
    return Control.objects.visible_to(user).select_related("unit", "owner", "registered_by").with_evidence_until()


def line(control: Control, today: Any) -> Line:
    return Line(
        control,
        effectiveness.operating(control, today),
        effectiveness.of_risk(control, today),
        effectiveness.is_proven(control, today),
    )


def panel(ids: Sequence[int], user: Any) -> Mapping[int, Any]:
    """By risk the controls that bear on it, as far as `user` may open them. One query."""
    if not user.has_perm("risks.view_control"):
        return {}
    today = organisations.today()
    found: dict[int, dict[int, tuple[Line, list[Any]]]] = {pk: {} for pk in ids}
    newest = Evidence.objects.standing().filter(control=OuterRef("control")).order_by("-valid_until").values("valid_until")[:1]
    seen = ControlRisk.objects.filter(risk__in=ids, control__in=Control.objects.visible_to(user)).exclude(control__state="RETIRED")
    for link in seen.select_related("control__owner").annotate(until=Subquery(newest)).order_by("control__number", "-bears_on"):
        link.control.evidence_until = link.until
        of_risk = found[link.risk_id].setdefault(link.control_id, (line(link.control, today), []))
        of_risk[1].append(link.get_bears_on_display())
    return {pk: list(lines.values()) for pk, lines in found.items()}


def _asked(params: Any) -> Asked:
    return Asked(
        q=params.get("q", "").replace("\0", "").strip()[:200],
        state=_one_of(params.get("state"), Control.State.values),
        office=_one_of(params.get("office"), Office.values),
        proven=_one_of(params.get("proven"), PROVEN),
    )


def _asked_for(rows: Any, asked: Asked, today: Any) -> Any:
    if asked.q:
        rows = rows.filter(search=SearchQuery(asked.q, config="english", search_type="websearch"))
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.office:
        rows = rows.filter(office=asked.office)
    return rows.proven(today, holds=asked.proven == "yes") if asked.proven else rows


def _one_of(text: str | None, allowed: Sequence[str]) -> str:
    return text if text in allowed else ""
