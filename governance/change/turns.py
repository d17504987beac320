"""Whose turn it is at a criterion that is open, and since when. (calculation)"""

from datetime import datetime

from governance.change.models import Criterion, Gate
from risks.models import Office


def of(gate: Gate, criterion: Criterion) -> tuple[Office, datetime | None]:
    """The office that says the next word. What IT has mended goes back to security, which had found it not met."""
    owner, not_met = Office(criterion.asks.office), Criterion.Answer.NOT_MET
    if criterion.is_mended:
        return _for_security(gate, criterion.it_at)
    if not_met in (criterion.it_answer, criterion.security_answer):
        return Office.IT, criterion.security_at if criterion.security_answer == not_met else criterion.it_at
    if not criterion.answer_of(owner):
        if owner == Office.SECURITY:
            return _for_security(gate, criterion.added_at)
        return Office.IT, gate.opened_at and max(gate.opened_at, criterion.added_at)
    return _for_security(gate, criterion.it_at) if owner == Office.IT else (Office.IT, criterion.security_at)


def _for_security(gate: Gate, since: datetime) -> tuple[Office, datetime | None]:
    """Until the gate is put to security, IT is waited for to do so."""
    return (Office.IT, gate.opened_at) if gate.asked_at is None else (Office.SECURITY, max(gate.asked_at, since))
