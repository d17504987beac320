"""Which risks an initiative brings, or is there to lower."""

from typing import Any

from django.db import transaction

from governance.change import holding, joined, offices
from governance.change.models import Initiative, InitiativeRisk, Waiver
from portal import clock
from portal.record import audit
from portal.record.models import AuditEntry
from risks.models import Risk


@transaction.atomic
def link(initiative: Initiative, risk: Risk, *, actor: Any) -> None:
    """Name `risk` on it; nothing happens where it is named already. One that the security office has logged since the initiative
    was proposed counts as security having joined, unless a waiver takes it. Raises InitiativeStopped, InitiativeLive."""
    initiative = holding.locked(initiative)
    holding.check_open(initiative)
    row, is_new = InitiativeRisk.objects.get_or_create(initiative=initiative, risk=risk)
    if not is_new and row.archived_at is None:
        return
    row.archived_at = None
    row.save(update_fields=["archived_at"])
    _moved(initiative, "initiative.risk_linked", risk, actor)
    entry = _logged(initiative, risk)
    if entry is not None:
        joined.note(initiative, entry)


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


def _logged(initiative: Initiative, risk: Risk) -> AuditEntry | None:
    """The entry by which the security office logged `risk` for it: not before it was proposed, and not as the price of a waiver."""
    entry = AuditEntry.objects.filter(kind="risk", subject_id=risk.pk, verb="risk.logged").order_by("pk").first()
    if entry is None or entry.at < initiative.proposed_at or entry.actor_id not in offices.security_office():
        return None
    waived = Waiver.objects.filter(criterion__gate__initiative=initiative, exception__risk=risk)
    return None if waived.exists() else entry


def _moved(initiative: Initiative, verb: str, risk: Risk, actor: Any) -> None:
    initiative.version += 1
    initiative.save(update_fields=["version"])
    audit.record(actor, verb, initiative, {"risk": risk.pk})
