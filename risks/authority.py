"""The table of authority: who may accept what kind of exception or treatment, or decide, up to which band and sum.

The table is signed once, by CIO and CISO; until one is signed both sign everything. Safety is never accepted without the CSO or the
head of the unit, whatever the table says.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from portal.errors import Invalid
from portal.people import appointments, organisations
from portal.people.models import Unit, User
from portal.record import audit
from portal.signing import registry, signatures
from portal.signing import standing as standings
from risks import facts, formula_in_force, scales, scoring
from risks.errors import TableSigned, TableWaits
from risks.models import AuthorityTable, Covers, Levels, Risk, RiskException, ScoreState, StaleScore

HEAD, OWNER = "HEAD", "OWNER"
BOTH = ("CIO", "CISO")
OFFICES = (OWNER, HEAD, "CIO", "CISO", "CSO")
SAFETY_SLOT = ("CSO", HEAD)
DECIDING = ("CIO", "CISO", "CSO")
MOST_LINES = 24
LARGEST = Decimal("9999999999999999.99")

registry.name_office(HEAD, gettext_lazy("Head of the unit"))
registry.name_office(OWNER, gettext_lazy("Accountable owner"))


@dataclass(frozen=True, slots=True)
class Line:
    """These offices together accept `covers` up to a band and a sum [organisation currency; None: any sum]."""

    covers: str
    up_to_band: str
    up_to_amount: Decimal | None
    offices: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        amount = None if self.up_to_amount is None else f"{self.up_to_amount:.2f}"
        return {"kind": self.covers, "up_to_band": self.up_to_band, "up_to_amount": amount, "offices": list(self.offices)}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who decides on something: one signature a slot, of one of its offices; or, where one suffices, the word of any of `alone`,
    who fill that office or one that a higher line names (ids)."""

    slots: list[list[str]]
    alone: frozenset[int]


class Ruled(Enum):
    """What says who signs a decision."""

    BY_LINE = "by a line"
    ABOVE = "above what others than who asked may sign"
    NOTHING_KNOWN = "no risk and no sum"
    NOT_SPOKEN_OF = "the table says nothing of decisions"
    NO_TABLE = "no table is signed"


@dataclass(frozen=True, slots=True)
class Needed:
    """Who must sign a decision, as signing takes it, and what that follows from; `band` and `amount` where there is one."""

    slots: list[list[str]]
    ruled: Ruled
    is_safety: bool
    band: str | None = None
    amount: Decimal | None = None
    line: Line | None = None


def _line(covers: str, band: str, amount: int | None, *offices: str) -> Line:
    return Line(covers, band, None if amount is None else Decimal(amount), offices)


# A place to start from: small things stay where they arise, the two leaders see what is above.
OFFERED = (
    _line(Covers.RISK_ACCEPTANCE, "LOW", 50_000, OWNER),
    _line(Covers.RISK_ACCEPTANCE, "MEDIUM", 250_000, HEAD),
    _line(Covers.RISK_ACCEPTANCE, "SEVERE", None, *BOTH),
    _line(Covers.POLICY_EXCEPTION, "MEDIUM", 250_000, "CISO"),
    _line(Covers.POLICY_EXCEPTION, "SEVERE", None, *BOTH),
    _line(Covers.GATE_WAIVER, "MEDIUM", 250_000, "CISO"),
    _line(Covers.GATE_WAIVER, "SEVERE", None, *BOTH),
    _line(Covers.TREATMENT, "MEDIUM", 50_000, OWNER),
    _line(Covers.TREATMENT, "HIGH", 250_000, HEAD),
    _line(Covers.TREATMENT, "SEVERE", None, *BOTH),
    _line(Covers.DECISION, "SEVERE", None, *BOTH),
)


def lines_of(table: AuthorityTable) -> list[Line]:
    return [
        Line(
            row["kind"],
            row["up_to_band"],
            None if row["up_to_amount"] is None else Decimal(row["up_to_amount"]),
            tuple(row["offices"]),
        )
        for row in table.lines
    ]


def in_force() -> AuthorityTable | None:
    """The newest table of which every line stands as CIO and CISO signed it."""
    found = AuthorityTable.objects.exclude(signed_at=None).order_by("-signed_at", "-pk").first()
    return found if found is not None and standings.of(found).signed_off_at is not None else None


def proposed() -> AuthorityTable | None:
    """The one that waits for signatures."""
    return AuthorityTable.objects.current().filter(signed_at=None).first()


@transaction.atomic
def propose(lines: Iterable[Line], *, actor: Any) -> AuthorityTable:
    """Ask CIO and CISO to sign these lines. Raises Invalid, and TableWaits while another one is proposed."""
    checked = _checked(lines)
    if AuthorityTable.objects.current().filter(signed_at=None).exists():
        raise TableWaits
    table = AuthorityTable.objects.create(lines=[line.plain() for line in checked], proposed_by=actor, proposed_at=clock.now())
    audit.record(actor, "authority.proposed", table, {"lines": table.lines})
    signatures.ask(table, BOTH, actor=actor)
    return table


@transaction.atomic
def withdraw(table: AuthorityTable, *, actor: Any) -> AuthorityTable:
    """Take a proposed table back. Raises TableSigned once it is signed or gone."""
    table = AuthorityTable.objects.select_for_update().get(pk=table.pk)
    if table.signed_at is not None or table.archived_at is not None:
        raise TableSigned
    table.archived_at = clock.now()
    table.version += 1
    table.save(update_fields=["archived_at", "version"])
    audit.record(actor, "authority.withdrawn", table)
    return table


def take_force(table: AuthorityTable, *, actor: Any) -> None:
    """All have signed: it holds from now on. Called by signing, the table is locked."""
    table.signed_at = clock.now()
    table.version += 1
    table.save(update_fields=["signed_at", "version"])


def check_open(table: AuthorityTable) -> None:
    """Raises TableSigned where nothing is left to sign."""
    if table.archived_at is not None:
        raise TableSigned


def needed(exception: RiskException) -> list[list[str]]:
    """The slots that must sign `exception`: the first line of the table that covers its band and price, and for safety the CSO or
    the head of the unit. What nobody has priced is covered by lines for any sum alone, what has no score counts as Severe; where a
    change waits to be scored the higher band counts, before or after it."""
    authors = {exception.proposed_by_id, exception.changed_by_id}
    return slots_for(exception.kind, exception.risk, amount=exception.price, authors=authors)


def slots_for(covers: str, risk: Risk, *, amount: Decimal | None, authors: Set[int | None]) -> list[list[str]]:
    """As `needed`, for anything that rests on a risk."""
    return asked(in_force(), covers, risk, amount=amount, authors=authors).slots


def asked(table: AuthorityTable | None, covers: str, risk: Risk, *, amount: Decimal | None, authors: Set[int | None]) -> Asked:
    """Who decides by `table`. A line that one of its authors (ids) would sign alone, or an office of which nobody fills, is passed
    over for the next one."""
    filled = _people(risk)
    lines = _lines(table, covers, _band([risk.pk]), amount)
    offices = next((line.offices for line in lines if _can_sign(line, filled, authors)), BOTH)
    slots = [[office] for office in offices]
    if is_safety(risk) and not set(offices) & set(SAFETY_SLOT):
        slots.append(list(SAFETY_SLOT))
    named = {filled[office] for line in lines for office in line.offices if office in filled}
    return Asked(slots, frozenset(named) if len(slots) == 1 else frozenset())


def of_question(risks: Sequence[int], *, amount: Decimal | None, authors: Set[int | None], touches_safety: bool) -> Needed:
    """The same for a decision that rests on `risks` (ids), of which the highest band counts: only seats decide, and where safety is
    touched the CSO. What names neither a risk nor a sum is both leaders', as is all of which no line speaks."""
    table = in_force()
    line, band, ruled = None, None, Ruled.NOT_SPOKEN_OF if table else Ruled.NO_TABLE
    if speaks_of(Covers.DECISION, table):
        band = _band(risks) if risks else None
        ruled = Ruled.ABOVE if risks or amount is not None else Ruled.NOTHING_KNOWN
    if ruled is Ruled.ABOVE:
        filled = {seat: who.person.pk for seat, who in appointments.filled().items()}
        lines = _lines(table, Covers.DECISION, band or scales.BANDS[0], amount)
        line = next((one for one in lines if _can_sign(one, filled, authors)), None)
        ruled = Ruled.BY_LINE if line else ruled
    offices = list(line.offices if line else BOTH)
    if touches_safety and "CSO" not in offices:
        offices.append("CSO")
    return Needed([[office] for office in offices], ruled, touches_safety, band.key if band else None, amount, line)


def still_needed(subject: Any, slots: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """What `subject` (an exception, a treatment) needs at its last signature, by today's `slots`: where both leaders were asked
    nobody below them is asked beside, though the table would let them sign alone by now."""
    asked = signatures.standing(subject).request
    if asked is None or not all([seat] in asked.slots for seat in BOTH):
        return list(slots)
    wanted = [[seat] for seat in BOTH] + [slot for slot in slots if not set(slot) <= {*BOTH, HEAD, OWNER}]
    if is_safety(subject.risk) and not any(set(slot) & set(SAFETY_SLOT) for slot in wanted):
        wanted.append(list(SAFETY_SLOT))
    return wanted


def speaks_of(covers: str, table: AuthorityTable | None) -> bool:
    """Whether a table has a line for it."""
    return table is not None and any(line.covers == covers for line in lines_of(table))


def words_of(slots: Iterable[Sequence[str]]) -> str:
    """Who signs, as people read it."""
    return " + ".join(" / ".join(registry.office_word(office) for office in slot) for slot in slots)


def is_safety(risk: Risk) -> bool:
    """Whether safety level 4 or 5 counts now, whatever the last computed score says."""
    row = Levels.objects.filter(risk=risk, stage=Levels.Stage.CURRENT).first()
    state = getattr(risk, "score_state", None)
    return scales.in_safety_lane(row.safety_level if row else None) or bool(state and state.is_safety)


def any_safety(risks: Sequence[int]) -> bool:
    """The same of any of these (ids). Two queries at most, however many they are."""
    levels = Levels.objects.filter(risk__in=risks, stage=Levels.Stage.CURRENT).values_list("safety_level", flat=True)
    return any(map(scales.in_safety_lane, levels)) or ScoreState.objects.filter(risk__in=risks, is_safety=True).exists()


def holders(exceptions: Sequence[RiskException]) -> Mapping[int, Mapping[str, int]]:
    """Who fills HEAD and OWNER for each, by its id. One query."""
    risks = {one.pk: one.risk for one in exceptions}
    lineages = {pk for risk in risks.values() for pk in risk.unit.lineage}
    heads = dict(Unit.objects.filter(pk__in=lineages).exclude(head=None).values_list("pk", "head"))
    return {pk: _of_risk(risk, heads) for pk, risk in risks.items()}


def _of_risk(risk: Risk, heads: Mapping[int, int]) -> dict[str, int]:
    head = next((heads[pk] for pk in reversed(risk.unit.lineage) if pk in heads), None)
    owner = {"IT": risk.it_owner_id, "SECURITY": risk.security_owner_id}.get(risk.accountable)
    return {office: person for office, person in ((HEAD, head), (OWNER, owner)) if person is not None}


def _people(risk: Risk) -> dict[str, int]:
    """Office → whoever could sign in it today."""
    heads = dict(Unit.objects.filter(pk__in=risk.unit.lineage).exclude(head=None).values_list("pk", "head"))
    own = _of_risk(risk, heads)
    able = {user.pk for user in User.objects.filter(pk__in=set(own.values())) if signatures.signs(user)}
    seats = {seat: who.person.pk for seat, who in appointments.filled().items()}
    return seats | {office: person for office, person in own.items() if person in able}


def _order(line: Line) -> tuple[int, Decimal]:
    return scales.BAND_BY_KEY[line.up_to_band].rank, LARGEST if line.up_to_amount is None else line.up_to_amount


def _lines(table: AuthorityTable | None, covers: str, band: scales.Band, amount: Decimal | None) -> list[Line]:
    """Those that cover it, the lowest first."""
    known = sorted(lines_of(table) if table else (), key=_order)
    return [line for line in known if line.covers == covers and _is_covered(line, band, amount)]


def _band(risks: Sequence[int]) -> scales.Band:
    """The highest of their scores (ids, at least one); of each the higher one of the stored and of what it is worth now, where a
    change waits to be scored. What has no score counts as Severe. What waits is read first: the worker that takes it away writes
    the score with it."""
    waiting = set(StaleScore.objects.filter(risk__in=risks).values_list("risk", flat=True))
    stored = dict(ScoreState.objects.filter(risk__in=risks).values_list("risk", "current_band"))
    found = {stored.get(pk) for pk in risks}
    if waiting:
        formula = formula_in_force.now()
        gathered = facts.gather(sorted(waiting), organisations.today())
        found |= {scoring.score(known.inputs[scoring.CURRENT], formula).band for known in gathered}
    return max((scales.BAND_BY_KEY[band or "SEVERE"] for band in found), key=lambda band: band.rank)


def _is_covered(line: Line, band: scales.Band, amount: Decimal | None) -> bool:
    small = line.up_to_amount is None or (amount is not None and amount <= line.up_to_amount)
    return band.rank <= scales.BAND_BY_KEY[line.up_to_band].rank and small


def _can_sign(line: Line, filled: Mapping[str, int], authors: Set[int | None]) -> bool:
    people = [filled.get(office) for office in line.offices]
    return None not in people and len(set(people)) == len(people) and not (len(people) == 1 and people[0] in authors)


def _checked(lines: Iterable[Line]) -> list[Line]:
    found = list(lines)
    wrong: list[str] = []
    if not found:
        wrong.append(_("Write at least one line."))
    if len(found) > MOST_LINES:
        wrong.append(_("Keep it to %d lines.") % MOST_LINES)
    for number, line in enumerate(found, start=1):
        sentence = _wrong(line)
        if sentence:
            wrong.append(_("Line %(number)d: %(sentence)s") % {"number": number, "sentence": sentence})
    if len({(line.covers, *_order(line)) for line in found if not _wrong(line)}) < len([one for one in found if not _wrong(one)]):
        wrong.append(_("Two lines of one kind go up to the same band and sum; keep one of them."))
    if wrong:
        raise Invalid(_("This table cannot be signed so."), {"lines": wrong})
    return found


def _wrong(line: Line) -> str:
    if line.covers not in Covers.values:
        return _("choose what it speaks of.")
    if line.up_to_band not in scales.BAND_BY_KEY:
        return _("choose a band.")
    if line.up_to_amount is not None:
        try:
            fits = line.up_to_amount.is_finite() and 0 < line.up_to_amount <= LARGEST
        except InvalidOperation:
            fits = False
        if not fits:
            return _("the sum lies above zero; leave it empty for any sum.")
    if not line.offices or set(line.offices) - set(OFFICES) or len(set(line.offices)) < len(line.offices):
        return _("choose who signs, each office once.")
    if line.covers == Covers.DECISION and set(line.offices) - set(DECIDING):
        return _("a decision is signed by CIO, CISO or CSO.")
    return ""
