"""When a risk is looked at again, and by whom."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from portal.attention import reviews
from portal.people import organisations
from portal.record import audit
from risks.errors import RiskClosed
from risks.models import Risk
from risks.signals import risk_changed

REVIEW = "risk.review"


def first_due_on(risk: Risk) -> date:
    """The day of the next look, counted from today."""
    return organisations.today() + timedelta(days=risk.review_every_days)


def schedule(risk: Risk, *, actor: Any) -> None:
    """Let the open review of `risk` stand on `risk.review_due_on`, with whoever answers for it now."""
    owner = answerable(risk)
    if risk.review_due_on is None or owner is None:
        reviews.cancel(risk, REVIEW, actor=actor)
        return
    others = {person for person in (risk.it_owner, risk.security_owner) if person is not None and person != owner}
    reviews.schedule(risk, REVIEW, risk.review_due_on, sorted(others, key=lambda person: person.pk), owner=owner, actor=actor)


@transaction.atomic
def look_again_on(risk: Risk, due_on: date, *, actor: Any) -> Risk:
    """Move the next look at an open `risk` to `due_on`, which may be past: then it is overdue. Raises RiskClosed."""
    related = Risk.objects.select_related("unit__head", "it_owner", "security_owner", "logged_by")
    risk = related.select_for_update(of=("self",)).get(pk=risk.pk)
    if risk.state != Risk.State.OPEN:
        raise RiskClosed(risk)
    if risk.review_due_on == due_on:
        return risk
    before, risk.review_due_on = risk.review_due_on, due_on
    risk.version += 1
    risk.save(update_fields=["review_due_on", "version"])
    schedule(risk, actor=actor)
    days = [before.isoformat() if before else None, due_on.isoformat()]
    audit.record(actor, "risk.review_moved", risk, {"review_due_on": days})
    risk_changed.send(Risk, risk_ids=[risk.pk], cause="risk.review_moved")
    return risk


def end(risk: Risk, *, actor: Any) -> None:
    """A closed risk waits for nobody."""
    reviews.cancel(risk, REVIEW, actor=actor)


def answerable(risk: Risk):
    """Who answers a review: the accountable owner, else another owner, the head of the unit, whoever logged it."""
    candidates = (risk.accountable_owner, risk.it_owner, risk.security_owner, risk.unit.head, risk.logged_by)
    return next((person for person in candidates if person is not None and person.is_active and not person.is_service), None)


def sides(pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """On whose side each (risk id, owner id) stands: the CISO's for a security owner, else the CIO's."""
    security = dict(Risk.objects.filter(pk__in={pk for pk, _ in pairs}).values_list("pk", "security_owner"))
    return {(pk, owner): "CISO" if security.get(pk) == owner else "CIO" for pk, owner in pairs}
