"""Going on without an answer: an exception of kind gate waiver, priced by the loss it leaves, signed by whom the table names."""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import transaction

from governance.change import bearing, gates
from governance.change.errors import CriterionDropped, CriterionMet
from governance.change.models import Criterion, Gate, Waiver
from portal.people import organisations
from portal.record import audit
from risks import exceptions
from risks.models import Levels, LossResult, Risk

DAYS_OF_A_YEAR = 365


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
    starts_on = organisations.today()
    exception = exceptions.waive(
        risk,
        actor=actor,
        title=title,
        starts_on=starts_on,
        ends_on=ends_on,
        owner=gate.initiative.owner,
        price=price_of(risk, starts_on, ends_on),
        **said,
    )
    bearing.link(gate.initiative, risk, actor=actor)
    waiver = Waiver.objects.create(criterion=criterion, exception=exception)
    gate.version += 1
    gate.save(update_fields=["version"])
    audit.record(actor, "gate.waiver_asked", gate, {"criterion": criterion.asks.key, "exception": exception.pk})
    return waiver


def price_of(risk: Risk, starts_on: date, ends_on: date) -> Decimal | None:
    """The loss to expect meanwhile: the long-run average of a year, for these days; None where nobody has estimated it."""
    mean = LossResult.objects.filter(risk=risk, stage=Levels.Stage.CURRENT).values_list("mean", flat=True).first()
    if mean is None or ends_on < starts_on:
        return None
    days = (ends_on - starts_on).days + 1
    return (Decimal(str(mean)) * days / DAYS_OF_A_YEAR).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def _locked(criterion: Criterion) -> Gate:
    """A passed gate too: what was waived there and has ended locks the next one, and may be waived anew."""
    return gates.locked(Gate(pk=criterion.gate_id), also_passed=True)
