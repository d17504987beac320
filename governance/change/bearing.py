"""Which risks an initiative brings, or is there to lower."""

from typing import Any

from django.db import transaction

from governance.change import holding, joined, offices
from governance.change.models import Initiative, InitiativeRisk
from portal import clock
from portal.record import audit
from portal.record.models import AuditEntry
from risks.models import Risk


@transaction.atomic
def link(initiative: Initiative, risk: Risk, *, actor: Any) -> None:
    """Name `risk` on it; nothing happens where it is named already. One that the security office has logged counts as security
    having joined. Raises InitiativeStopped, InitiativeLive."""
    initiative = holding.locked(initiative)
    holding.check_open(initiative)
    row, is_new = InitiativeRisk.objects.get_or_create(initiative=initiative, risk=risk)
    if not is_new and row.archived_at is None:
        return
    row.archived_at = None
    row.save(update_fields=["archived_at"])
    _moved(initiative, "initiative.risk_linked", risk, actor)
    logged = AuditEntry.objects.filter(kind="risk", subject_id=risk.pk, verb="risk.logged").order_by("pk").first()
    if logged is not None and logged.actor_id in offices.security_office():
        joined.note(initiative, logged)


@transaction.atomic
def unlink(initiative: Initiative, risk: Risk, *, actor: Any) -> None:
    """Take `risk` off it; nothing happens where it is not named. Raises InitiativeStopped, InitiativeLive."""
    initiative = holding.locked(initiative)
    holding.check_open(initiative)
    row = InitiativeRisk.objects.filter(initiative=initiative, risk=risk, archived_at=None).first()
    if row is not None:
        row.archived_at = clock.now()
        row.save(update_fields=["archived_at"])
        _moved(initiative, "initiative.risk_unlinked", risk, actor)


def _moved(initiative: Initiative, verb: str, risk: Risk, actor: Any) -> None:
    initiative.version += 1
    initiative.save(update_fields=["version"])
    audit.record(actor, verb, initiative, {"risk": risk.pk})
