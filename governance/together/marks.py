"""Each leader says which option they would take; neither reads the other's before both have. No answer to the question itself; but
what both took, or one of the two, becomes what is decided on (`carry`).
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.together import decisions
from governance.together.errors import CarriedAlready, MarksBlind, MarksShown, NotALeader
from governance.together.models import BlindMark, Decision, OptionMark
from portal import clock
from portal.errors import Invalid
from portal.people import appointments
from portal.people.appointments import Filled
from portal.record import audit
from portal.signing import content

SEATS = ("CIO", "CISO")
LONGEST_REASON = 300
CARRIED = ("cost", "ready_on", "residual_loss_per_year")  # what goes with an option into the decision
ABOUT = ("question", "options", "delay_cost_per_month")  # another word in these, and a mark is about something else


@transaction.atomic
def mark(decision: Decision, letter: str, *, actor: Any, reason: str = "") -> Decision:
    """Say for one's seat which option one would take; until the reveal it may be said otherwise. Both are revealed together, with
    the second. Raises NotPut, NotALeader, MarksShown, Invalid."""
    decision = decisions.locked(decision)
    decisions.check_put(decision)
    seat = seat_of(actor)
    if seat is None:
        raise NotALeader(decision)
    letters = {one.letter for one in decision.options.all() if one.archived_at is None}
    reason, wrong = " ".join(reason.replace("\x00", "").split()), {}
    if letter not in letters:
        wrong["letter"] = [_("Mark one of its options.")]
    if len(reason) > LONGEST_REASON:
        wrong["reason"] = [_("Say why in at most %d characters.") % LONGEST_REASON]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    offered = offer(decision)
    if decision.marks.filter(digest=offered).exists():
        raise MarksShown(decision)
    said = {"letter": letter, "reason": reason, "digest": offered, "marked_by": actor, "as_substitute": seat.as_substitute}
    BlindMark.objects.update_or_create(decision=decision, office=seat.seat, defaults=said | {"given_at": clock.now()})
    audit.record(actor, "decision.marked", decision, {"office": seat.seat, "blind": True})
    _reveal(decision, offered)
    return decision


@transaction.atomic
def carry(decision: Decision, letter: str, *, actor: Any) -> Decision:
    """Let the option that both leaders marked be the one that the question asks for, with its cost, day and remaining loss; where
    they differ, the one of theirs that `actor`, a leader, names. Both answer it then. Raises NotALeader, DecisionSettled, NotPut,
    MarksBlind, CarriedAlready, Invalid."""
    decision = decisions.locked(decision)
    if seat_of(actor) is None:
        raise NotALeader(decision)
    decisions.check_changeable(decision, actor)
    decisions.check_put(decision)
    told = {one.office: one.letter for one in revealed(decision, offer(decision))}
    if not told:
        raise MarksBlind(decision)
    if letter not in told.values():
        raise Invalid(_("This is not complete."), {"carried": [_("Choose an option that a leader marked.")]})
    if letter == decision.proposed_option:
        raise CarriedAlready(decision)
    decision = decisions.change(decision, actor=actor, version=None, proposed_option=letter)
    option = decision.options.get(letter=letter)
    figures = {name: content.plain(getattr(option, name)) for name in CARRIED}
    audit.record(actor, "decision.carried", decision, {"option": letter, "marks": told} | figures)
    return decision


def revealed(decision: Decision, offered: str) -> Sequence[OptionMark]:
    """What both marked of this offer; [] while it is blind. One query."""
    return list(decision.marks.filter(digest=offered).select_related("marked_by").order_by("office"))


def offer(decision: Decision) -> str:
    """The digest of what a mark is about: the question and its options as they stand."""
    said = content.of(decision)
    return content.digest("decision", decision.pk, {name: said[name] for name in ABOUT if name in said})


def seat_of(user: Any) -> Filled | None:
    """The one of the two seats that `user` fills today."""
    filled = appointments.filled()
    return next((filled[seat] for seat in SEATS if seat in filled and filled[seat].person.pk == user.pk), None)


def _reveal(decision: Decision, offered: str) -> None:
    blind = list(BlindMark.objects.filter(decision=decision, digest=offered).order_by("given_at", "pk"))
    if len(blind) < len(SEATS):
        return
    moment, kept = clock.now(), ("office", "letter", "reason", "digest", "marked_by_id", "as_substitute", "given_at")
    for one in blind:
        OptionMark.objects.create(decision=decision, known_at=moment, **{name: getattr(one, name) for name in kept})
    decisions.forget_marks(decision)
    audit.record(None, "decision.marks_revealed", decision, {"marks": {one.office: one.letter for one in blind}})
