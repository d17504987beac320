"""What the answer to a review means to its risk."""

from typing import Any

from django.urls import reverse

from portal.attention.models import Review
from portal.people import organisations
from portal.record import audit
from risks import cadence, register
from risks.models import Risk
from risks.signals import risk_changed


def take_answer(review: Review, *, actor: Any, note: str) -> None:
    """Close the risk, or note the look and plan the next one. The risk is locked by the caller."""
    risk = Risk.objects.select_related("unit__head", "it_owner", "security_owner", "logged_by").get(pk=review.subject_id)
    if review.outcome == Review.Outcome.CLOSED:
        register.close(risk, actor=actor, reason=note)
        return
    risk.reviewed_on = organisations.today()
    risk.review_due_on = cadence.first_due_on(risk)
    risk.version += 1
    risk.save(update_fields=["reviewed_on", "review_due_on", "version"])
    cadence.schedule(risk, actor=actor)
    audit.record(actor, "risk.reviewed", risk, {"outcome": review.outcome, "next_on": risk.review_due_on.isoformat()}, text=note)
    risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.reviewed")


def where_to_rate(review: Review) -> str:
    """The page on which the levels of the reviewed risk are set."""
    return reverse("risks:risk-levels", args=[review.subject_id, "CURRENT"])
