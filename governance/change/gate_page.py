"""Gates as people read them: how each stands, on whom it waits and since when, and every answer on its own page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from governance.change import offices
from governance.change.models import Criterion, Gate, Initiative, Pattern
from portal.archive import changes
from portal.people import organisations, working_days
from risks.models import Office, RiskException

MOST_PATTERNS = 60
MET, WAIVED, OPEN, DROPPED = "MET", "WAIVED", "OPEN", "DROPPED"


@dataclass(frozen=True, slots=True)
class Waits:
    """One office that is waited for: how many criteria, and since when the first of them."""

    office: Office
    count: int
    since: datetime | None
    days: int  # working days


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion as the day has it."""

    criterion: Criterion
    state: str
    waits_for: Office | None
    since: datetime | None
    until: date | None = None  # the last day of a waiver in force
    exceptions: Sequence[RiskException] = ()  # that the reader may open; on the page of a gate


@dataclass(frozen=True)
class Standing:
    """One gate as the day has it."""

    gate: Gate
    rows: Sequence[Row]
    waits: Sequence[Waits]
    days: int | None  # working days on the clock, until it was passed or today

    @property
    def asked(self) -> int:
        return sum(row.state != DROPPED for row in self.rows)

    @property
    def done(self) -> int:
        return sum(row.state in (MET, WAIVED) for row in self.rows)

    @property
    def blocking(self) -> int:
        return sum(row.state == OPEN and row.criterion.asks.is_mandatory for row in self.rows)

    @property
    def pre_answered(self) -> int:
        return sum(row.criterion.pattern_id is not None and row.state != DROPPED for row in self.rows)

    @property
    def waived(self) -> int:
        return sum(row.state == WAIVED for row in self.rows)

    @property
    def dropped(self) -> int:
        """What security asks no more: charged to it, as waivers are to IT."""
        return sum(row.state == DROPPED for row in self.rows)

    @property
    def is_late(self) -> bool:
        """Security has not kept its promise."""
        promised = self.gate.promised_on
        late = promised is not None and promised < organisations.today() and self.gate.passed_at is None
        return late and any(one.office == Office.SECURITY for one in self.waits)


@dataclass(frozen=True)
class Page:
    standing: Standing
    entries: Sequence[changes.Entry]
    has_more: bool
    voice: Office | None  # for which the reader answers
    may_ask: bool
    may_waive: bool
    patterns: Sequence[Pattern]  # that may answer what is open


def of_user(user: Any) -> QuerySet[Gate]:
    """The gates `user` may open, with what they ask."""
    rows = Gate.objects.visible_to(user).current()
    people = ("initiative__unit", "initiative__owner", "initiative__sponsor", "initiative__security_lead")
    return rows.select_related(*people).prefetch_related(criteria())


def criteria_of(user: Any) -> QuerySet[Criterion]:
    """What the gates ask that `user` may open."""
    return Criterion.objects.filter(gate__in=Gate.objects.visible_to(user)).select_related("asks", "gate__initiative")


def criteria() -> Prefetch:
    rows = Criterion.objects.select_related("asks__template", "pattern", "it_by", "security_by", "dropped_by")
    return Prefetch("criteria", rows.order_by("asks__template__key", "asks__place"))


def read(gate: Gate, user: Any) -> Page:
    """A row of `of_user` as its page shows it. Seven queries at most."""
    [standing] = standings([gate])
    entries, has_more = changes.read("gate", gate, user)
    may_change = gate.passed_at is None and gate.initiative.is_open and user.has_perm("change.change_initiative")
    shown: dict[int, list[RiskException]] = {}
    ids = [row.criterion.pk for row in standing.rows]
    for one in RiskException.objects.visible_to(user).filter(waiver__criterion__in=ids).annotate(of=F("waiver__criterion")):
        shown.setdefault(one.of, []).append(one)
    standing = replace(standing, rows=[replace(row, exceptions=shown.get(row.criterion.pk, ())) for row in standing.rows])
    return Page(
        standing=standing,
        entries=entries,
        has_more=has_more,
        voice=offices.voice(user, gate.initiative) if may_change else None,
        may_ask=may_change and gate.asked_at is None and standing.done < standing.asked,
        patterns=list(Pattern.objects.approved().order_by("number")[:MOST_PATTERNS]) if may_change and standing.blocking else [],
        may_waive=gate.initiative.is_open and user.has_perm("risks.propose_exception"),
    )


def standings(rows: Iterable[Gate]) -> list[Standing]:
    """How gates stand whose criteria were read along. One query, however many."""
    found = list(rows)
    ids = [criterion.pk for gate in found for criterion in gate.criteria.all()]
    until = _waived_until(ids)
    return [_standing(gate, until) for gate in found]


def of_initiative(initiative: Initiative) -> list[Standing]:
    """Three queries."""
    return standings(Gate.objects.filter(initiative=initiative).order_by("pk").prefetch_related(criteria()))


def _waived_until(ids: Sequence[int]) -> Mapping[int, date]:
    if not ids:
        return {}
    rows = RiskException.objects.in_force(organisations.today()).filter(waiver__criterion__in=ids)
    return dict(rows.order_by("ends_on").values_list("waiver__criterion", "ends_on"))


def _standing(gate: Gate, until: Mapping[int, date]) -> Standing:
    rows = [_row(gate, criterion, until) for criterion in gate.criteria.all()]
    days = None
    if gate.opened_at is not None:
        end = organisations.day_of(gate.passed_at) if gate.passed_at else organisations.today()
        days = working_days.between(organisations.day_of(gate.opened_at), end)
    return Standing(gate, rows, [] if gate.passed_at else _waits(rows), days)


def _row(gate: Gate, criterion: Criterion, until: Mapping[int, date]) -> Row:
    if criterion.dropped_at is not None:
        return Row(criterion, DROPPED, None, None)
    if criterion.is_met:
        return Row(criterion, MET, None, None)
    if criterion.pk in until:
        return Row(criterion, WAIVED, None, None, until[criterion.pk])
    owner = Office(criterion.asks.office)
    second = offices.other(owner)
    not_met = Criterion.Answer.NOT_MET
    if not_met in (criterion.it_answer, criterion.security_answer):
        since = criterion.security_at if criterion.security_answer == not_met else criterion.it_at
        return Row(criterion, OPEN, Office.IT, since)
    if not criterion.answer_of(owner):
        began = gate.asked_at if owner == Office.SECURITY else gate.opened_at
        return Row(criterion, OPEN, owner if began else Office.IT, began or gate.opened_at)
    since = criterion.it_at if owner == Office.IT else criterion.security_at
    if second == Office.SECURITY and gate.asked_at is None:
        return Row(criterion, OPEN, Office.IT, gate.opened_at)  # it was not put to security yet
    return Row(criterion, OPEN, second, max(since, gate.asked_at) if second == Office.SECURITY else since)


def _waits(rows: Sequence[Row]) -> list[Waits]:
    found = []
    for office in Office:
        mine = [row for row in rows if row.waits_for == office and row.criterion.asks.is_mandatory]
        if mine:
            since = min((row.since for row in mine if row.since), default=None)
            days = working_days.between(organisations.day_of(since), organisations.today()) if since else 0
            found.append(Waits(office, len(mine), since, days))
    return found
