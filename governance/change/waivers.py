"""Going on without an answer: an exception of kind gate waiver, priced by the loss it leaves, signed by whom the table names."""

from datetime import date
from typing import Any

from django.db import transaction

from governance.change import bearing, gates
from governance.change.errors import CriterionDropped, CriterionMet
from governance.change.models import Criterion, Gate, Waiver
from portal.people import organisations
from portal.record import audit
from risks import exceptions
from risks.models import Risk


@transaction.atomic
def ask(criterion: Criterion, risk: Risk, *, actor: Any, ends_on: date, **said: Any) -> Waiver:
    """Ask for a waiver until `ends_on`; `risk` is what one takes by going on, and gives its price. `said` holds reason_kind, reason
    and compensating_control. Raises InitiativeStopped, InitiativeLive, CriterionDropped, CriterionMet, and what
    exceptions refuse."""
    gate = _locked(criterion)
    criterion = Criterion.objects.select_for_update(of=("self",)).select_related("asks").get(pk=criterion.pk)
    if criterion.dropped_at is not None:
        raise CriterionDropped
    if criterion.is_met:
        raise CriterionMet
    title = f"{gate}: {criterion.asks.question}"[: exceptions.LONGEST_TITLE]
    exception = exceptions.waive(
        risk,
        actor=actor,
        title=title,
        starts_on=organisations.today(),
        ends_on=ends_on,
        owner=gate.initiative.owner,
        **said,
    )
    waiver = Waiver.objects.create(criterion=criterion, exception=exception)
    bearing.link(gate.initiative, risk, actor=actor)  # after it: what a waiver takes is no sign that security joined
    gate.version += 1
    gate.save(update_fields=["version"])
    audit.record(actor, "gate.waiver_asked", gate, {"criterion": criterion.asks.key, "exception": exception.pk})
    return waiver


def _locked(criterion: Criterion) -> Gate:
    """A passed gate too: what was waived there and has ended locks the next one, and may be waived anew."""
    return gates.locked(Gate(pk=criterion.gate_id), also_passed=True)
