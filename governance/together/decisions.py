"""The verbs over a question: write, change, put to the seats, take back, mark privileged; and how it takes effect."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.together import conditions, foundation, seating, wanted
from governance.together.errors import (
    DecisionSavedMeanwhile,
    DecisionSettled,
    NotADraft,
    NotASeat,
    NotPut,
    NotYourDecision,
    OnlyCounsel,
)
from governance.together.models import BlindMark, Decision, DecisionOption
from governance.together.wanted import LETTERS, Option
from portal import clock
from portal.errors import Invalid
from portal.people import announcements
from portal.people.reach import grants
from portal.record import audit, numbers
from portal.signing import signatures

State, Outcome = Decision.State, Decision.Outcome
FIELDS = (
    *("title", "question", "context", "unit", "touches_safety", "is_confidential", "proposed_option", "decide_by"),
    "delay_cost_per_month",
)
TEXTS = ("title", "question", "context", "proposed_option")
CHANGED, DECIDED, TALK = "decision.changed", "decision.decided", "decision.talk_asked"
LEADERS = frozenset({"CIO", "CISO", "CSO"})


@transaction.atomic
def ask(*, actor: Any, options: Sequence[Option], rests_on: Iterable[Any] = (), **said: Any) -> Decision:
    """Write a question down; nobody is asked before it is put. `said` holds FIELDS, `rests_on` what it is about. Raises Invalid by
    field."""
    links = list(rests_on)
    decision = Decision(asked_by=actor, asked_at=clock.now(), **_worded(said))
    wanted.check(_kept(decision), options, links)
    decision.is_confidential = decision.is_confidential or foundation.needs_care(links)
    decision.number = numbers.draw("D")[0]
    decision.save()
    _write_options(decision, options)
    foundation.lay(decision, links)
    audit.record(actor, "decision.asked", decision, {"unit": decision.unit_id})
    return decision


@transaction.atomic
def change(
    decision: Decision,
    *,
    actor: Any,
    version: int | None,
    options: Sequence[Option] | None = None,
    rests_on: Iterable[Any] | None = None,
    **said: Any,
) -> Decision:
    """Say it otherwise. What was answered holds no longer once the content differs, and the seats are told. Raises
    DecisionSettled, NotYourDecision, DecisionSavedMeanwhile, Invalid by field."""
    decision = locked(decision)
    check_changeable(decision, actor)
    if version is not None and version != decision.version:
        raise DecisionSavedMeanwhile(theirs=_kept(decision), version=decision.version)
    before = signatures.standing(decision).digest
    for name, value in _worded(said).items():
        setattr(decision, name, value)
    links = foundation.things(decision) if rests_on is None else list(rests_on)
    chosen = options_of(decision) if options is None else options
    wanted.check(_kept(decision), chosen, links)
    if decision.state == State.OPEN and not decision.proposed_option:
        raise Invalid(_("This is not complete."), {"proposed_option": [_("Say which option you ask for.")]})
    decision.is_confidential = decision.is_confidential or foundation.needs_care(links)
    decision.version += 1
    decision.save()
    if options is not None:
        _write_options(decision, options)
    if rests_on is not None:
        foundation.lay(decision, links)
    after = signatures.standing(decision)
    audit.record(actor, CHANGED, decision, {"fields": sorted(said), "material": after.digest != before})
    if decision.state == State.OPEN and after.digest != before:
        signatures.ask(decision, slots_for(decision), actor=actor)
        announcements.tell(decision, CHANGED, set(signatures.able(signatures.standing(decision)).values()) - {actor.pk})
    return decision


@transaction.atomic
def put(decision: Decision, *, actor: Any) -> Decision:
    """Put a draft to the seats. Raises NotADraft, NotYourDecision, and Invalid where no option is asked for."""
    decision = locked(decision)
    if decision.state != State.DRAFT:
        raise NotADraft(decision)
    if not may_change(decision, actor):
        raise NotYourDecision(decision)
    if not decision.proposed_option:
        raise Invalid(_("This is not complete."), {"proposed_option": [_("Say which option you ask for.")]})
    decision.state, decision.opened_at = State.OPEN, clock.now()
    decision.version += 1
    decision.save(update_fields=["state", "opened_at", "version"])
    foundation.note(decision)
    audit.record(actor, "decision.put", decision, {"option": decision.proposed_option})
    signatures.ask(decision, slots_for(decision), actor=actor)
    return decision


@transaction.atomic
def withdraw(decision: Decision, *, actor: Any, reason: str) -> Decision:
    """Take it back before it is settled; what was said about it stays. Raises DecisionSettled, NotYourDecision, Invalid."""
    decision = locked(decision)
    check_changeable(decision, actor)
    reason = reason.strip()
    if not reason or len(reason) > wanted.LONGEST_TEXT:
        raise Invalid(_("This is not complete."), {"reason": [_("Say why it needs no answer any more.")]})
    decision.state = State.WITHDRAWN
    decision.version += 1
    decision.save(update_fields=["state", "version"])
    forget_marks(decision)
    audit.record(actor, "decision.withdrawn", decision, text=reason)
    return decision


@transaction.atomic
def talk(decision: Decision, *, actor: Any) -> Decision:
    """Put it on the pair's agenda instead of answering it now; the other offices hear. Raises NotPut, NotASeat."""
    decision = locked(decision)
    check_put(decision)
    if not grants(actor).seats & LEADERS:
        raise NotASeat(decision)
    if decision.talk_asked_at is None:
        decision.talk_asked_at = clock.now()
        decision.version += 1
        decision.save(update_fields=["talk_asked_at", "version"])
        audit.record(actor, TALK, decision)
        announcements.tell(decision, TALK, set(signatures.able(signatures.standing(decision)).values()) - {actor.pk})
    return decision


@transaction.atomic
def mark_privileged(decision: Decision, privileged: bool, *, actor: Any) -> Decision:
    """Close it to all but the seats and counsel, or open it again. Raises OnlyCounsel."""
    decision = locked(decision)
    if "COUNSEL" not in grants(actor).names:
        raise OnlyCounsel(decision)
    if decision.is_privileged != privileged:
        decision.is_privileged = privileged
        decision.version += 1
        decision.save(update_fields=["is_privileged", "version"])
        audit.record(actor, "decision.privileged" if privileged else "decision.unprivileged", decision)
    return decision


def take_effect(decision: Decision, *, actor: Any) -> None:
    """All seats have signed, or the arbiter has; called by signing, the decision is locked."""
    again = decision.state == State.DECIDED
    now = clock.now()
    decision.state, decision.stale_since, decision.talk_asked_at = State.DECIDED, None, None
    decision.outcome = Outcome.ARBITER if decision.arbitrated_at else Outcome.TOGETHER
    if again:
        decision.confirmed_at = now
    else:
        decision.decided_at = now
    decision.version += 1
    decision.save(update_fields=["state", "stale_since", "outcome", "decided_at", "confirmed_at", "talk_asked_at", "version"])
    forget_marks(decision)
    audit.record(None, "decision.confirmed" if again else DECIDED, decision, {"option": decision.proposed_option})
    conditions.begin(decision, actor=actor)
    if not again:
        announcements.tell(decision, DECIDED, {decision.asked_by_id} - {actor.pk})


def forget_marks(decision: Decision) -> None:
    """A question that is settled or taken back waits for no mark; what was blind goes unread."""
    BlindMark.objects.filter(decision=decision).delete()


def check_put(decision: Decision) -> None:
    """Raises NotPut where nothing waits for an answer."""
    if not decision.is_put:
        raise NotPut(decision)


def slots_for(decision: Decision) -> list[list[str]]:
    """Who signs: by the table of authority, the CSO as well where safety is touched; the arbiter alone once the arbiter has settled
    it."""
    return [["ARBITER"]] if decision.arbitrated_at is not None else seating.of(decision).slots


def check_changeable(decision: Decision, actor: Any) -> None:
    """Raises DecisionSettled, NotYourDecision."""
    if decision.state not in (State.DRAFT, State.OPEN):
        raise DecisionSettled(decision)
    if not may_change(decision, actor):
        raise NotYourDecision(decision)


def may_change(decision: Decision, actor: Any) -> bool:
    """Whoever asked, and the leaders."""
    return decision.asked_by_id == actor.pk or bool(grants(actor).seats & LEADERS)


def locked(decision: Decision) -> Decision:
    return Decision.objects.select_for_update(of=("self",), no_key=True).select_related("unit", "asked_by").get(pk=decision.pk)


def options_of(decision: Decision) -> list[Option]:
    """Its options as they are written down, in the order of their letters."""
    return [
        Option(
            *(row.title, row.description, row.cost, row.ready_on, row.residual_loss_per_year, row.earliest_on, row.latest_on),
            row.conditions,
        )
        for row in decision.options.filter(archived_at=None)
    ]


def _worded(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value or "").strip() if name in TEXTS else value for name, value in said.items() if name in FIELDS}


def _kept(decision: Decision) -> dict[str, Any]:
    return {name: getattr(decision, name) if name != "unit" or decision.unit_id else None for name in FIELDS}


def _write_options(decision: Decision, options: Sequence[Option]) -> None:
    """A letter keeps its row; letters that are no longer used are put away."""
    for letter, option in zip(LETTERS, options, strict=False):
        values = {
            "title": option.title.strip(),
            "description": option.description.strip(),
            "cost": option.cost,
            "ready_on": option.ready_on,
            "residual_loss_per_year": option.residual_loss_per_year,
            "earliest_on": option.earliest_on,
            "latest_on": option.latest_on,
            "conditions": "\n".join(option.steps),
            "archived_at": None,
        }
        DecisionOption.objects.update_or_create(decision=decision, letter=letter, defaults=values)
    unused = decision.options.filter(letter__in=LETTERS[len(options) :], archived_at=None)
    unused.update(archived_at=clock.now())
