"""What became of what was decided. The prediction is the option as both signed it first; what happened is noted beside it, for the
pair, never for one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from governance.together.errors import NotDecided, NotOneOfThePair
from governance.together.models import Decision, DecisionOutcome
from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.people.reach import grants
from portal.record import audit
from portal.signing.models import SignedOff

PAIR = frozenset({"CIO", "CISO"})
LONGEST = 4000
LARGEST = Decimal("9999999999999999.99")
Bore = DecisionOutcome.Bore


@dataclass(frozen=True, slots=True)
class Predicted:
    """The option as it was signed off first: nobody changes it afterwards."""

    letter: str
    title: str
    cost: Decimal | None
    ready_on: date | None
    residual_loss_per_year: Decimal | None
    signed_on: date


@dataclass(frozen=True, slots=True)
class Page:
    decision: Decision
    predicted: Predicted | None
    noted: Sequence[DecisionOutcome]  # newest first


@transaction.atomic
def note(
    decision: Decision,
    *,
    actor: Any,
    bore_out: str,
    what_happened: str,
    happened_on: date | None = None,
    actual_cost: Decimal | None = None,
    actual_ready_on: date | None = None,
    actual_loss: Decimal | None = None,
) -> DecisionOutcome:
    """Write down what happened since it was decided. Raises NotDecided, NotOneOfThePair, Invalid by field."""
    decision = Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)
    if not grants(actor).seats & PAIR:
        raise NotOneOfThePair
    if decision.decided_at is None:
        raise NotDecided(decision)
    today = organisations.today()
    day, words = happened_on or today, what_happened.strip()
    wrong: dict[str, list[str]] = {}
    if bore_out not in Bore.values:
        wrong["bore_out"] = [_("Choose one of them.")]
    if not words or len(words) > LONGEST:
        wrong["what_happened"] = [_("Say what happened, in facts.")]
    if not organisations.day_of(decision.decided_at) <= day <= today:
        wrong["happened_on"] = [_("It happened after it was decided, and not on a day to come.")]
    for name, amount in (("actual_cost", actual_cost), ("actual_loss", actual_loss)):
        if amount is not None and not 0 <= amount <= LARGEST:
            wrong[name] = [_("Amounts are zero or more, with at most two decimals.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    told = {"actual_cost": actual_cost, "actual_ready_on": actual_ready_on, "actual_loss": actual_loss, "bore_out": bore_out}
    row = DecisionOutcome.objects.create(
        decision=decision, happened_on=day, known_at=clock.now(), what_happened=words, noted_by=actor, **told
    )
    audit.record(actor, "decision.outcome_noted", decision)  # that it was noted; what it says is for the two
    return row


def read(decision: Decision, user: Any) -> Page:
    """Three queries."""
    noted = DecisionOutcome.objects.visible_to(user).filter(decision=decision).select_related("noted_by").order_by("-pk")
    return Page(decision, predicted(decision), list(noted))


def predicted(decision: Decision) -> Predicted | None:
    """What was foretold when it was signed off first; None where it was not decided, or the words were redacted."""
    off = SignedOff.objects.filter(subject_kind="decision", subject_id=decision.pk).select_related("content").order_by("pk").first()
    if off is None:
        return None
    said = off.content.content
    option = next((one for one in said.get("options", ()) if one["letter"] == said.get("proposed_option")), None)
    if option is None:
        return None
    cost, loss = option.get("cost"), option.get("residual_loss_per_year")
    return Predicted(
        letter=option["letter"],
        title=option["title"],
        cost=None if cost is None else Decimal(cost),
        ready_on=parse_date(option["ready_on"]) if option.get("ready_on") else None,
        residual_loss_per_year=None if loss is None else Decimal(loss),
        signed_on=organisations.day_of(off.at),
    )
