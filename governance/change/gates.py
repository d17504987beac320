"""The gates of an initiative: set up when it leaves the idea, put to security, answered by both offices. stages.py asks them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.change import gate_templates, holding, joined, offices, sizes, turns
from governance.change.errors import (
    AnswerAtTheInitiative,
    AskedAlready,
    CriterionDropped,
    GateClosed,
    GatePassed,
    NotYourAnswer,
    OnlySecurityDrops,
    SameHand,
)
from governance.change.models import Criterion, DeclaredLine, Gate, Initiative, Pattern, Size, Stage
from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations, working_days
from portal.record import audit
from risks.models import Office, RiskException

QUESTION = "gate.for-security"
ANSWERED, ASKED_ANEW = "gate.answered", "gate.asked_anew"
LONGEST_NOTE, LONGEST_REASON = 2000, 300
Answer = Criterion.Answer


def fit(initiative: Initiative, *, actor: Any) -> None:
    """Let the gates ahead ask what its size and kind call for; the next one asks also what a passed gate would ask by now. They
    never ask less than before: that is security's to say. The caller has locked the initiative, which has left the idea."""
    size = _size(initiative)
    known = {gate.opens: gate for gate in initiative.gates.select_for_update().prefetch_related("criteria__asks")}
    wanted: dict[str, list[Any]] = {}
    for criterion in gate_templates.asked_of(initiative, size, gate_templates.editions_of(initiative)):
        wanted.setdefault(criterion.opens, []).append(criterion)
    asked = {row.asks.key for gate in known.values() for row in gate.criteria.all()}
    ahead = _ahead(initiative)
    for stage in ahead:
        is_next = stage == initiative.next_stage
        carried = [one for behind in Stage if behind not in ahead for one in wanted.get(behind, ())] if is_next else []
        new = [one for one in [*carried, *wanted.get(stage, ())] if one.key not in asked]
        gate = known.get(stage) or Gate(initiative=initiative, opens=stage, size=size)
        if new or gate.pk is not None:
            _grow(gate, size, new, is_next=is_next, actor=actor)


def open_next(initiative: Initiative) -> None:
    """A stage was reached: the clock of the gate after it starts. The caller has locked the initiative."""
    initiative.gates.filter(opens=initiative.next_stage or "", opened_at=None).update(opened_at=clock.now())


@transaction.atomic
def put_to_security(gate: Gate, *, actor: Any) -> Gate:
    """Ask security to answer, which it promises to do by a day that follows from the size. Raises InitiativeStopped,
    InitiativeLive, GatePassed, AskedAlready."""
    gate = locked(gate)
    if gate.asked_at is not None:
        raise AskedAlready(gate)
    gate.asked_at = clock.now()
    gate.promised_on = working_days.after(organisations.today(), sizes.PROMISE[gate.size])
    _save(gate, "asked_at", "promised_on")
    initiative = gate.initiative
    if initiative.security_asked_at is None:
        initiative.security_asked_at = gate.asked_at
        initiative.save(update_fields=["security_asked_at"])
    audit.record(actor, "gate.asked", gate, {"size": gate.size, "promised_on": gate.promised_on.isoformat()})
    _remind(gate, actor=actor)
    return gate


@transaction.atomic
def answer(criterion: Criterion, said: str, *, actor: Any, note: str = "") -> Criterion:
    """Answer for one's office, with what shows it; what a pattern had answered is a person's word from then on, for both offices.
    At a gate that was passed only what was waived is answered. Raises InitiativeStopped, InitiativeLive, GatePassed,
    CriterionDropped, NotYourAnswer, SameHand, Invalid by field."""
    gate = locked(Gate(pk=criterion.gate_id), also_passed=True)
    criterion = Criterion.objects.select_for_update(of=("self",)).select_related("asks").get(pk=criterion.pk)
    if criterion.dropped_at is not None:
        raise CriterionDropped
    if gate.passed_at is not None and (criterion.is_met or not criterion.asks.is_mandatory):
        raise GatePassed(gate)
    office = offices.voice(actor, gate.initiative)
    if office is None:
        raise NotYourAnswer(gate.initiative)
    name, other = ("it", "security") if office == Office.IT else ("security", "it")
    if getattr(criterion, f"{other}_by_id") == actor.pk:
        raise SameHand
    note = note.strip()
    _check(criterion, said, note, office)
    since = asked_since(gate)
    if criterion.pattern_id is not None:
        _overrule(criterion, other)
    for part, value in (("answer", said), ("note", note), ("by", actor), ("at", clock.now())):
        setattr(criterion, f"{name}_{part}", value)
    criterion.save()
    _save(gate)
    entry = audit.record(actor, ANSWERED, gate, {"criterion": criterion.asks.key, "office": office, "answer": said}, text=note)
    if office == Office.SECURITY:
        joined.note(gate.initiative, entry)
    elif gate.passed_at is not None and gate.asked_at is None and said != Answer.NOT_MET:
        gate.asked_at = clock.now()  # what is answered late is put to security with it
        _save(gate, "asked_at")
    keep_promise(gate, since, actor=actor, is_anew=gate.passed_at is not None and office == Office.IT)
    return criterion


@transaction.atomic
def drop(criterion: Criterion, *, actor: Any, reason: str) -> Criterion:
    """Security asks this no more, for a reason that stays beside it and is counted as security's. Raises InitiativeStopped,
    InitiativeLive, GatePassed, CriterionDropped, OnlySecurityDrops, Invalid."""
    gate = locked(Gate(pk=criterion.gate_id))
    criterion = Criterion.objects.select_for_update(of=("self",)).select_related("asks").get(pk=criterion.pk)
    if criterion.dropped_at is not None:
        raise CriterionDropped
    if offices.voice(actor, gate.initiative) != Office.SECURITY:
        raise OnlySecurityDrops
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(_("This is not complete."), {"reason": [_("Say why in at most %d characters.") % LONGEST_REASON]})
    since = asked_since(gate)
    criterion.dropped_at, criterion.dropped_by, criterion.dropping_reason = clock.now(), actor, reason
    criterion.save(update_fields=["dropped_at", "dropped_by", "dropping_reason"])
    _save(gate)
    audit.record(actor, "gate.criterion_dropped", gate, {"criterion": criterion.asks.key}, text=reason)
    keep_promise(gate, since, actor=actor)
    return criterion


def check(initiative: Initiative, to: str) -> None:
    """Raises GateClosed while a mandatory criterion of this gate or of one passed before is open. So a waiver that ends locks the
    next gate again."""
    before = [stage for stage in Stage if list(Stage).index(stage) <= list(Stage).index(Stage(to))]
    rows = Criterion.objects.filter(gate__initiative=initiative, gate__opens__in=before).select_related("asks", "gate")
    found = blocking(rows)
    if found:
        raise GateClosed(initiative, Stage(to), found)


def passed(initiative: Initiative, to: str, *, actor: Any) -> None:
    """The stage behind it is reached. The caller has checked, and locked the initiative."""
    for gate in initiative.gates.filter(opens=to, passed_at=None).select_for_update():
        gate.initiative, gate.passed_at = initiative, clock.now()
        _save(gate, "passed_at")
        reviews.cancel(gate, QUESTION, actor=actor)
        audit.record(actor, "gate.passed", gate, {"opens": to})


def blocking(rows: Iterable[Criterion]) -> list[Criterion]:
    """Those of `rows` that are mandatory and open, as the day has it. One query besides."""
    open_rows = [row for row in rows if row.asks.is_mandatory and row.dropped_at is None and not row.is_met]
    waived = waived_today([row.pk for row in open_rows])
    return [row for row in open_rows if row.pk not in waived]


def waived_today(ids: Sequence[int]) -> set[int]:
    """The criteria among `ids` for which an exception is in force."""
    if not ids:
        return set()
    rows = RiskException.objects.in_force(organisations.today()).filter(waiver__criterion__in=ids)
    return set(rows.values_list("waiver__criterion", flat=True))


def waits_for_security(gate: Gate) -> bool:
    """Whether a question of it has no answer of security yet, or was mended since."""
    return Criterion.objects.owed().filter(gate=gate).exists()


def asked_since(gate: Gate) -> datetime | None:
    """Since when the next word of it has been security's, the longest; None where it is not its turn. Two queries."""
    if gate.asked_at is None:
        return None
    found = [turns.of(gate, row) for row in blocking(Criterion.objects.filter(gate=gate).select_related("asks"))]
    return min((since for office, since in found if office == Office.SECURITY and since), default=None)


def keep_promise(gate: Gate, before: datetime | None, *, actor: Any, is_anew: bool = False) -> None:
    """After criteria came, were answered or fell away: what is put to security anew has a promise of its own, and an older one
    holds only while something of that time is open. `before` is `asked_since` as it was. The caller has locked the gate."""
    since = asked_since(gate)
    if since is None:
        if gate.passed_at is not None or not waits_for_security(gate):
            reviews.cancel(gate, QUESTION, actor=actor)
    elif is_anew or since > (before or gate.asked_at):
        day = organisations.today() if is_anew else organisations.day_of(since)
        promised_on = working_days.after(day, sizes.PROMISE[gate.size])
        if promised_on != gate.promised_on:
            gate.promised_on = promised_on
            _save(gate, "promised_on")
            audit.record(actor, ASKED_ANEW, gate, {"size": gate.size, "promised_on": promised_on.isoformat()})
        _remind(gate, actor=actor)


def locked(gate: Gate, *, also_passed: bool = False) -> Gate:
    """The gate after its initiative, both as they stand; raises what refuses any move of either."""
    initiative = holding.locked(Initiative(pk=Gate.objects.values_list("initiative", flat=True).get(pk=gate.pk)))
    holding.check_open(initiative)
    gate = Gate.objects.select_for_update(of=("self",)).get(pk=gate.pk)
    gate.initiative = initiative
    if gate.passed_at is not None and not also_passed:
        raise GatePassed(gate)
    return gate


def told(gate: Gate, used: Sequence[Pattern]) -> None:
    """Answer what approved patterns answer; what somebody has answered stays."""
    for pattern in used:
        rows = gate.criteria.filter(dropped_at=None, it_answer="", security_answer="", asks__key__in=list(pattern.answers))
        for criterion in rows.select_related("asks"):
            note = pattern.answers[criterion.asks.key]
            criterion.pattern = pattern
            for name in ("it", "security"):
                setattr(criterion, f"{name}_answer", Answer.MET)
                setattr(criterion, f"{name}_note", note)
                setattr(criterion, f"{name}_at", clock.now())
            criterion.save()


def refuse_answer(review: Review, *, actor: Any, note: str) -> None:
    """A gate is answered criterion by criterion."""
    raise AnswerAtTheInitiative(Initiative.objects.get(gates=review.subject_id))


def sides(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    return dict.fromkeys(pairs, "CISO")


def _size(initiative: Initiative) -> Size:
    declared = DeclaredLine.objects.filter(initiative=initiative, archived_at=None)
    classes = list(declared.values_list("data_classification", flat=True))
    facts = sizes.Facts(classes, initiative.reachability, initiative.touches_safety, initiative.budget)
    return Size(sizes.size_of(facts))


def _ahead(initiative: Initiative) -> list[Stage]:
    stages = list(Stage)
    return stages[stages.index(Stage(initiative.stage)) + 1 :]


def _grow(gate: Gate, size: str, new: Sequence[Any], *, is_next: bool, actor: Any) -> None:
    """Add to one gate what it does not ask yet; security, which was asked before, is asked about that anew."""
    is_new, was = gate.pk is None, (gate.size, gate.opened_at)
    since = None if is_new else asked_since(gate)
    gate.size = sizes.larger(gate.size, size)
    if is_next and gate.opened_at is None:
        gate.opened_at = clock.now()
    if is_new:
        gate.save()
    Criterion.objects.bulk_create(Criterion(gate=gate, asks=one, added_at=clock.now()) for one in new)
    if not is_new and (new or was != (gate.size, gate.opened_at)):
        _save(gate, "size", "opened_at")
    told(gate, list(Pattern.objects.approved().filter(answered__gate__initiative=gate.initiative).distinct()))
    if is_new or new or was[0] != gate.size:
        audit.record(actor, "gate.set_up", gate, {"size": gate.size, "criteria": len(new)})
    if gate.asked_at is not None:
        keep_promise(gate, since, actor=actor)


def _overrule(criterion: Criterion, other: str) -> None:
    """A person says otherwise than the pattern, or more than it: what it had said for the other office falls with it."""
    criterion.pattern = None
    if getattr(criterion, f"{other}_by_id") is None:
        setattr(criterion, f"{other}_answer", "")
        setattr(criterion, f"{other}_note", "")
        setattr(criterion, f"{other}_at", None)


def _remind(gate: Gate, *, actor: Any) -> None:
    """Whoever was entrusted with it meanwhile keeps it."""
    known = Review.objects.open().filter(subject_kind="gate", subject_id=gate.pk, kind=QUESTION).select_related("owner").first()
    leader = known.owner if known else offices.leaders(gate.initiative, lead_first=True).get(Office.SECURITY)
    if leader is not None and waits_for_security(gate):
        reviews.schedule(gate, QUESTION, gate.promised_on, [], owner=leader, actor=actor)


def _check(criterion: Criterion, said: str, note: str, office: Office) -> None:
    wrong: dict[str, list[str]] = {}
    if said not in Answer.values:
        wrong["answer"] = [_("Say whether it is met, not met, or does not apply.")]
    elif not note and (said != Answer.MET or office == criterion.asks.office):
        wrong["note"] = [_("Say in a sentence what shows it.")]
    if len(note) > LONGEST_NOTE:
        wrong["note"] = [_("Keep it under %d characters.") % LONGEST_NOTE]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)


def _save(gate: Gate, *fields: str) -> None:
    gate.version += 1
    gate.save(update_fields=[*fields, "version"])
