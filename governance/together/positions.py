"""How an office stands: support, support with conditions, oppose, defer. The answer is a signature over what was read, or its
refusal; what goes with it stands beside it and is never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.together import conditions, decisions, wanted
from governance.together.conditions import Wanted
from governance.together.errors import ArbiterAnswered, BothDefer, NobodyToDeferTo, NoOnItsPage, NotForTheArbiterYet, NotTheArbiter
from governance.together.models import Decision, Position
from portal import clock
from portal.errors import Invalid
from portal.people import appointments
from portal.record import audit
from portal.signing import content, signatures
from portal.signing.errors import MovedSinceRead
from portal.signing.models import Signature
from portal.signing.standing import Standing

Stance = Position.Stance


@transaction.atomic
def take(
    decision: Decision,
    stance: str,
    *,
    actor: Any,
    factor_at: datetime | None,
    digest: str | None = None,
    office: str | None = None,
    told: Sequence[Wanted] | None = None,
    preferred_option: str = "",
    deferred_subject: str = "",
    reason: str = "",
    would_change_my_mind: str = "",
) -> Standing:
    """Answer `decision` for one office that the actor fills. Conditions become part of what all sign, so what the others signed
    before is asked of them again; `told` None keeps what one's office asked for.
    Raises NobodyToDeferTo, BothDefer, Invalid by field, and as `signatures.sign` does."""
    position = Position(
        decision=decision,
        stance=stance,
        preferred_option=preferred_option if stance == Stance.OPPOSE else "",
        deferred_subject=deferred_subject.strip() if stance == Stance.DEFER else "",
        reason=reason.strip(),
        would_change_my_mind=would_change_my_mind.strip(),
    )
    _check(position)
    decision = decisions.locked(decision)
    if digest is not None and digest != content.digest_of(decision):
        raise MovedSinceRead
    found = signatures.standing(decision)
    able = signatures.may_answer(found, actor)
    office = office or (able[0] if able else None)
    if stance == Stance.OPPOSE:
        after = signatures.refuse(decision, position.reason, actor=actor, factor_at=factor_at, office=office)
        _note_difference(decision)
    else:
        if stance == Stance.DEFER and len(found.slots) == 1:
            raise NobodyToDeferTo(decision)
        if stance == Stance.DEFER and _defers(found):
            raise BothDefer(decision)
        if office in able:
            _check_conditions(decision, stance, office, told)
            if told is not None:
                conditions.ask_for(decision, office, told, actor=actor)
        after = signatures.sign(decision, actor=actor, factor_at=factor_at, office=office)
    position.decision = decision
    position.signature = _newest(decision, actor)
    position.save()
    facts = {"office": position.signature.office, "stance": stance}
    audit.record(actor, "decision.position_taken", decision, facts, text=position.reason)
    return after


@transaction.atomic
def arbitrate(
    decision: Decision, option: str, reason: str, *, actor: Any, factor_at: datetime | None, digest: str | None = None
) -> Standing:
    """Settle what the two left open. What they said stays. Raises NotForTheArbiterYet, NotTheArbiter, ArbiterAnswered, Invalid,
    and as `signatures.sign`."""
    decision = decisions.locked(decision)
    decisions.check_put(decision)
    if decision.escalated_at is None or not signatures.standing(decision).refusals:
        raise NotForTheArbiterYet(decision)
    who = appointments.seat_holder("ARBITER")
    if who is None or who.person.pk != actor.pk:
        raise NotTheArbiter(decision)
    given = Signature.objects.filter(subject_kind="decision", subject_id=decision.pk, signed_by=actor)
    if given.exclude(office="ARBITER").exists():
        raise ArbiterAnswered(decision)
    if digest is not None and digest != content.digest_of(decision):
        raise MovedSinceRead
    reason = reason.strip()
    wrong = {}
    if option not in decision.options.filter(archived_at=None).values_list("letter", flat=True):
        wrong["option"] = [_("Choose one of the options.")]
    if not reason or len(reason) > wanted.LONGEST_TEXT:
        wrong["reason"] = [_("Say what decided it, for both offices to read.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    decision.proposed_option, decision.arbiter_reason, decision.arbitrated_at = option, reason, clock.now()
    decision.version += 1
    decision.save(update_fields=["proposed_option", "arbiter_reason", "arbitrated_at", "version"])
    signatures.ask(decision, decisions.slots_for(decision), actor=actor)
    audit.record(actor, "decision.arbitrated", decision, {"option": option}, text=reason)
    after = signatures.sign(decision, actor=actor, factor_at=factor_at, office="ARBITER")
    Position.objects.create(decision=decision, signature=_newest(decision, actor), stance=Stance.SUPPORT, reason=reason)
    return after


def check_plain_no(decision: Decision) -> None:
    """A decision is opposed by taking a position, never by a bare refusal. Raises NoOnItsPage."""
    raise NoOnItsPage(decision)


def _newest(decision: Decision, actor: Any) -> Signature:
    return Signature.objects.filter(subject_kind="decision", subject_id=decision.pk, signed_by=actor).latest("pk")


def _note_difference(decision: Decision) -> None:
    """It differs since the first no; once it was asked anew, since the first no to that."""
    begun, anew = decision.differs_since, decision.asked_anew_at
    if begun is None or (anew is not None and begun < anew):
        decision.differs_since, decision.escalated_at = clock.now(), None
        decision.version += 1
        decision.save(update_fields=["differs_since", "escalated_at", "version"])


def _defers(found: Standing) -> bool:
    signed = [slot.signature.pk for slot in found.slots if slot.signature is not None]
    return Position.objects.filter(signature__in=signed, stance=Stance.DEFER).exists()


def _check_conditions(decision: Decision, stance: str, office: str, told: Sequence[Wanted] | None) -> None:
    """Only who supports with conditions asks for new ones; whoever signs keeps or takes back their own. Raises Invalid."""
    known = conditions.of_office(decision, office)
    sentence = ""
    if stance == Stance.CONDITIONS and not (known if told is None else told):
        sentence = _("Say what your agreement depends on.")
    elif stance != Stance.CONDITIONS and any(one.text not in known for one in told or ()):
        sentence = _("Choose to support with conditions where you ask for one, or leave it out.")
    if sentence:
        raise Invalid(_("This is not complete."), {"conditions": [sentence]})


def _check(position: Position) -> None:
    wrong: dict[str, list[str]] = {}
    if position.stance not in Stance.values:
        wrong["stance"] = [_("Choose how your office stands.")]
    if position.stance != Stance.SUPPORT and not position.reason:
        wrong["reason"] = [_("Say why, in facts and consequences.")]
    for name in ("reason", "would_change_my_mind"):
        if len(getattr(position, name)) > signatures.LONGEST_REASON:
            wrong[name] = [_("Keep it under %d characters.") % signatures.LONGEST_REASON]
    if position.stance == Stance.DEFER and not 0 < len(position.deferred_subject) <= wanted.LONGEST_TITLE:
        wrong["deferred_subject"] = [_("Name the subject on which the other office's word counts.")]
    letters = position.decision.options.filter(archived_at=None).values_list("letter", flat=True)
    if position.preferred_option and position.preferred_option not in letters:
        wrong["preferred_option"] = [_("Choose one of the options.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
