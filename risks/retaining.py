"""To retain a risk is to accept it: who must sign such a treatment, and when it may still be signed."""

from typing import Any

from django.db.models import Sum

from portal.signing import signatures
from risks import authority
from risks.errors import NotProposed, RiskClosed
from risks.models import Covers, Risk, Treatment


def slots(treatment: Treatment) -> list[list[str]]:
    """As for a risk acceptance of the same risk; the cost of the plan is its sum, where it has one."""
    cost = treatment.steps.filter(dropped_at=None).aggregate(cost=Sum("cost"))["cost"]
    authors = {treatment.proposed_by_id, treatment.first_proposed_by_id}
    return authority.slots_for(Covers.RISK_ACCEPTANCE, treatment.risk, amount=cost, authors=authors)


def ask(treatment: Treatment, *, actor: Any) -> None:
    """Ask them, where `treatment` retains its risk; nothing to do for any other way."""
    if treatment.kind == Treatment.Kind.RETAIN:
        signatures.ask(treatment, slots(treatment), actor=actor)


def check_signable(treatment: Treatment) -> None:
    """Raises NotProposed where it waits for no signature, RiskClosed."""
    if treatment.kind != Treatment.Kind.RETAIN or treatment.state != Treatment.State.PROPOSED:
        raise NotProposed(treatment)
    if treatment.risk.state != Risk.State.OPEN:
        raise RiskClosed(treatment.risk)
