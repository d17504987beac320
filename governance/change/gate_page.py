"""Gates as people read them: how each stands, on whom it waits and since when, and every answer on its own page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery

from governance.change import offices, turns
from governance.change.models import Criterion, Gate, GateTemplate, Initiative, Pattern, Stage
from governance.change.models.gate import SETTLING
from portal.archive import changes
from portal.people import organisations, working_days
from risks.models import Office, RiskException

MOST_PATTERNS = 60
MET, WAIVED, OPEN, DROPPED = "MET", "WAIVED", "OPEN", "DROPPED"
SETTLED = Q(it_answer__in=SETTLING, security_answer__in=SETTLING)


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
    takes_answer: bool = True  # of a gate that was passed only what was waived, or open since its waiver ended

    @property
    def carried_from(self) -> Stage | None:
        """The stage whose gate was passed before the initiative grew so that this is asked."""
        asks = Stage(self.criterion.asks.opens)
        return None if asks == self.criterion.gate.opens else asks


@dataclass(frozen=True)
class Standing:
    """One gate as the day has it."""

    gate: Gate
    rows: Sequence[Row]
    waits: Sequence[Waits]
    days: int | None  # working days on the clock, until it was passed or today
    gaps: Sequence[Row] = ()  # of gates that were passed: their waivers have ended, so that this one is locked

    @property
    def asked(self) -> int:
        return sum(row.state != DROPPED for row in self.rows)

    @property
    def done(self) -> int:
        return sum(row.state in (MET, WAIVED) for row in self.rows)

    @property
    def blocking(self) -> int:
        """Mandatory and open, here or at a gate that was passed."""
        return len(self.gaps) + sum(row.state == OPEN and row.criterion.asks.is_mandatory for row in self.rows)

    @property
    def locks(self) -> Stage | None:
        """The stage that a gate which was passed locks since a waiver ended."""
        return self.gate.initiative.next_stage if self.gate.passed_at is not None and self.blocking else None

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
    def overtaken(self) -> list[tuple[GateTemplate, int]]:
        """The editions it asks by of which a newer one is in force, with its number: gates that stand keep theirs."""
        found = {row.criterion.asks.template: row.criterion.newest for row in self.rows}
        return [(template, newest) for template, newest in found.items() if newest > template.edition]

    @property
    def is_late(self) -> bool:
        """Security has not kept its promise."""
        promised = self.gate.promised_on
        late = promised is not None and promised < organisations.today() and self.gate.passed_at is None
        return late and any(_is_for(row, Office.SECURITY) for row in self.rows)


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
    """With the number of the edition that gates are set up by today as `newest`."""
    rows = Criterion.objects.select_related("asks__template", "pattern", "it_by", "security_by", "dropped_by")
    editions = GateTemplate.objects.filter(key=OuterRef("asks__template__key")).order_by("-edition").values("edition")
    rows = rows.annotate(newest=Subquery(editions[:1]))
    return Prefetch("criteria", rows.order_by("asks__template__key", "asks__place"))


def read(gate: Gate, user: Any) -> Page:
    """A row of `of_user` as its page shows it. Seven queries at most."""
    [standing] = standings([gate])
    entries, has_more = changes.read("gate", gate, user)
    may_answer = gate.initiative.is_open and user.has_perm("change.change_initiative")
    may_change = may_answer and gate.passed_at is None
    shown: dict[int, list[RiskException]] = {}
    ids = [row.criterion.pk for row in standing.rows]
    for one in RiskException.objects.visible_to(user).filter(waiver__criterion__in=ids).annotate(of=F("waiver__criterion")):
        shown.setdefault(one.of, []).append(one)
    standing = replace(standing, rows=[replace(row, exceptions=shown.get(row.criterion.pk, ())) for row in standing.rows])
    return Page(
        standing=standing,
        entries=entries,
        has_more=has_more,
        voice=offices.voice(user, gate.initiative) if may_answer and any(row.takes_answer for row in standing.rows) else None,
        may_ask=may_change and gate.asked_at is None and standing.done < standing.asked,
        patterns=list(Pattern.objects.approved().order_by("number")[:MOST_PATTERNS]) if may_change and standing.blocking else [],
        may_waive=gate.initiative.is_open and user.has_perm("risks.propose_exception"),
    )


def standings(rows: Iterable[Gate]) -> list[Standing]:
    """How gates stand whose criteria were read along, and what locks them from before. One query, however many."""
    found = list(rows)
    until, gaps = _beside(found)
    return [_standing(gate, until, gaps.get(gate.initiative_id, ())) for gate in found]


def of_initiative(initiative: Initiative) -> list[Standing]:
    """Three queries."""
    return standings(initiative.gates.order_by("pk").prefetch_related(criteria()))


def _beside(gates: Sequence[Gate]) -> tuple[Mapping[int, date], Mapping[int, Sequence[Row]]]:
    """Until when criteria of `gates` are waived; and by initiative what is open at gates that it has passed."""
    if not gates:
        return {}, {}
    in_force = RiskException.objects.in_force(organisations.today()).filter(waiver__criterion=OuterRef("pk"))
    rows = Criterion.objects.filter(gate__initiative__in={gate.initiative_id for gate in gates}, dropped_at=None)
    rows = rows.annotate(until=Subquery(in_force.order_by("-ends_on").values("ends_on")[:1]))
    open_at_passed = Q(gate__passed_at__isnull=False, asks__is_mandatory=True) & ~SETTLED
    until: dict[int, date] = {}
    gaps: dict[int, list[Row]] = {}
    for one in rows.filter(Q(until__isnull=False) | open_at_passed).select_related("asks", "gate").order_by("pk"):
        if one.until is not None:
            until[one.pk] = one.until
        else:
            gaps.setdefault(one.gate.initiative_id, []).append(_row(one.gate, one, {}))
    return until, gaps


def _standing(gate: Gate, until: Mapping[int, date], gaps: Sequence[Row]) -> Standing:
    rows = [_row(gate, criterion, until) for criterion in gate.criteria.all()]
    days = None
    if gate.opened_at is not None:
        end = organisations.day_of(gate.passed_at) if gate.passed_at else organisations.today()
        days = working_days.between(organisations.day_of(gate.opened_at), end)
    locked_by = [] if gate.passed_at else list(gaps)
    return Standing(gate, rows, _waits([*rows, *locked_by]), days, locked_by)


def _row(gate: Gate, criterion: Criterion, until: Mapping[int, date]) -> Row:
    if criterion.dropped_at is not None:
        return Row(criterion, DROPPED, None, None, takes_answer=False)
    if criterion.is_met:
        return Row(criterion, MET, None, None, takes_answer=gate.passed_at is None)
    takes_answer = gate.passed_at is None or criterion.asks.is_mandatory
    if criterion.pk in until:
        return Row(criterion, WAIVED, None, None, until[criterion.pk], takes_answer=takes_answer)
    office, since = turns.of(gate, criterion) if takes_answer else (None, None)
    return Row(criterion, OPEN, office, since, takes_answer=takes_answer)


def _is_for(row: Row, office: Office) -> bool:
    return row.waits_for == office and row.criterion.asks.is_mandatory


def _waits(rows: Sequence[Row]) -> list[Waits]:
    found = []
    for office in Office:
        mine = [row for row in rows if _is_for(row, office)]
        if mine:
            since = min((row.since for row in mine if row.since), default=None)
            days = working_days.between(organisations.day_of(since), organisations.today()) if since else 0
            found.append(Waits(office, len(mine), since, days))
    return found
