"""What a rating would do to the score of a risk, before it counts."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from portal.people import organisations
from risks import appetite_in_money, facts, formula_in_force, scales, scoring
from risks.models import Risk
from risks.scoring import ScoreInput

BOTH_FROM = scales.BAND_BY_KEY["HIGH"].from_points


def value_with(given: ScoreInput, likelihood_level: int | None, impact_levels: Mapping[str, int | None]) -> Decimal | None:
    """The score [points] that `given` would have with these levels; None without enough of them."""
    judged = {area: level for area, level in impact_levels.items() if level is not None}
    return scoring.score(replace(given, likelihood_level=likelihood_level, impact_levels=judged), formula_in_force.known()).value


def calls_for_both(risk: Risk, said: Any) -> bool:
    """Whether both offices must rate: safety 4–5, or High and above, as it stands or as `said` would have it; or where a year of it
    costs more than the tolerance in money that holds there."""
    known = next(facts.gather([risk.pk], organisations.today()))
    given = known.inputs[scoring.CURRENT]
    if scales.in_safety_lane(given.impact_levels.get(scales.SAFETY)) or scales.in_safety_lane(said.impact.get(scales.SAFETY)):
        return True
    present = scoring.score(given, formula_in_force.known()).value
    would_be = value_with(given, said.likelihood_level, said.impact)
    if any(value is not None and value >= BOTH_FROM for value in (present, would_be)):
        return True
    return appetite_in_money.is_breach(risk)


def weight(rating: Any) -> tuple[int, int, int]:
    """How cautious a rating is: the heavier cell, safety before the rest, the worse impact."""
    return rating.likelihood_level * rating.impact_level, rating.safety_level or 0, rating.impact_level


def more_cautious(it: Any, security: Any) -> Any:
    """Of the two offices' ratings the one that counts where they differ and never agreed."""
    return max((it, security), key=weight)
