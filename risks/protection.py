"""What controls and plans bring to the scores of risks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Min, OuterRef, Q, Subquery
from django.db.models.functions import Least

from risks.control_effect import ControlShare
from risks.models import ControlRisk, Evidence, Treatment
from risks.scoring import TreatmentDue


@dataclass(frozen=True, slots=True)
class Protection:
    """The controls in force that bear on a risk, and the first day on which something of its approved plans is due."""

    controls: tuple[ControlShare, ...] = ()
    treatment_due: TreatmentDue | None = None


UNPROTECTED = Protection()


def measure(risk_ids: Sequence[int]) -> dict[int, Protection]:
    """The protection of each of `risk_ids` that has any. Two queries, whatever their number."""
    controls, due = _controls(risk_ids), _due(risk_ids)
    return {pk: Protection(tuple(controls.get(pk, ())), due.get(pk)) for pk in controls.keys() | due.keys()}


def _controls(risk_ids: Sequence[int]) -> dict[int, list[ControlShare]]:
    newest = Evidence.objects.standing().filter(control=OuterRef("control")).order_by("-valid_until").values("valid_until")[:1]
    links = (
        ControlRisk.objects.filter(risk__in=risk_ids, control__state="IN_FORCE", control__archived_at=None)
        .annotate(evidence_until=Subquery(newest))
        .order_by("risk_id", "control_id", "bears_on")
        .values_list(
            "risk_id",
            "control_id",
            "bears_on",
            "control__design_effectiveness",
            "control__operating_effectiveness",
            "evidence_until",
        )
    )
    found: dict[int, list[ControlShare]] = {}
    for risk_id, *share in links.iterator(chunk_size=5000):
        found.setdefault(risk_id, []).append(ControlShare(*share))
    return found


def _due(risk_ids: Sequence[int]) -> dict[int, TreatmentDue]:
    """By risk the earliest open date of its approved plans, of a step or of the whole."""
    open_step = Q(steps__done_on=None, steps__dropped_at=None)
    plans = (
        Treatment.objects.under_way()
        .filter(risk__in=risk_ids)
        .annotate(first=Least("due_on", Min("steps__due_on", filter=open_step)))
        .values_list("risk_id", "first", "pk")
    )
    found: dict[int, tuple[date, int]] = {}
    for risk_id, first, pk in plans.iterator(chunk_size=5000):
        found[risk_id] = min(found.get(risk_id, (first, pk)), (first, pk))
    return {risk_id: TreatmentDue(*first) for risk_id, first in found.items()}
