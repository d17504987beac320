"""Take a risk out of the register as if it had never been logged, or open one again that was closed by mistake."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.record import audit
from risks import cadence, exceptions, treatments
from risks.errors import Withdrawn
from risks.models import Risk
from risks.signals import risk_changed


@transaction.atomic
def withdraw(risk: Risk, *, actor: Any, cause: str = "risk.withdrawn") -> Risk:
    """Archive `risk`: its row, history and record stay, no list or total holds it any more. Raises Withdrawn, PolicyStillBroken."""
    risk = _locked(risk)
    risk.archived_at, risk.version = clock.now(), risk.version + 1
    risk.save(update_fields=["archived_at", "version"])
    cadence.end(risk, actor=actor)
    reason = _("The risk was taken out of the register.")
    treatments.end_of(risk, actor=actor, reason=reason)
    exceptions.end_of(risk, actor=actor, reason=reason)
    audit.record(actor, cause, risk)
    risk_changed.send(Risk, risk_ids=[risk.pk], cause=cause)
    return risk


@transaction.atomic
def reopen(risk: Risk, *, actor: Any, review_due_on: Any = None, reason: str = "") -> Risk:
    """Put a closed `risk` back among the open ones; nothing to do where it is open. Raises Withdrawn."""
    risk = _locked(risk)
    if risk.state == Risk.State.OPEN:
        return risk
    risk.state, risk.closing_reason, risk.closed_at = Risk.State.OPEN, "", None
    risk.review_due_on = review_due_on or cadence.first_due_on(risk)
    risk.version += 1
    risk.save(update_fields=["state", "closing_reason", "closed_at", "review_due_on", "version"])
    cadence.schedule(risk, actor=actor)
    audit.record(actor, "risk.reopened", risk, text=reason or _("Closed by mistake"))
    risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.reopened")
    return risk


def _locked(risk: Risk) -> Risk:
    related = Risk.objects.select_related("unit__head", "it_owner", "security_owner", "logged_by")
    risk = related.select_for_update(of=("self",)).get(pk=risk.pk)
    if risk.archived_at is not None:
        raise Withdrawn(risk)
    return risk
