"""How well a control works today, as people read it: the same calculation that scores use, by the formula in force."""

from datetime import date
from decimal import Decimal

from risks import control_effect, formula_in_force
from risks.models import Control


def operating(control: Control, today: date) -> Decimal:
    """The share of its design [0–1] that counts as operating today. `control` carries `evidence_until`."""
    share = control_effect.operating_today(
        control.operating_effectiveness, control.evidence_until, today, formula_in_force.known().unproven_operating_share
    )
    return share.quantize(Decimal("0.0001"))


def of_risk(control: Control, today: date) -> Decimal:
    """The share of a risk [0–1] that it removes today: design times operation."""
    return control.design_effectiveness * operating(control, today)


def is_proven(control: Control, today: date) -> bool:
    return control_effect.is_proven(control.evidence_until, today)
