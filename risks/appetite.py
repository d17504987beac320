"""What we want to carry and what we still accept: the verdict on one score."""

from dataclasses import dataclass
from decimal import Decimal

from risks.models import Appetite
from risks.scoring import above_tolerance

UNJUDGED = "unjudged"
WITHIN_APPETITE = "within-appetite"
WITHIN_TOLERANCE = "within-tolerance"
ABOVE_TOLERANCE = "above-tolerance"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a score stands to appetite and tolerance; `points_beyond` tolerance [points], negative below it."""

    state: str
    appetite_points: int | None = None
    tolerance_points: int | None = None
    points_beyond: Decimal | None = None


def of_category(category: str) -> Appetite | None:
    """The appetite of `category`, else the one for all, else None. One query."""
    rows = {row.category: row for row in Appetite.objects.filter(category__in=[category, ""])}
    return rows.get(category, rows.get(""))


def judge(value: Decimal | None, appetite: Appetite | None) -> Verdict:
    """Where `value` [0–100 points] stands; unjudged without a number or without an appetite."""
    if value is None or appetite is None:
        return Verdict(UNJUDGED)
    tolerance = Decimal(appetite.tolerance_points)
    if above_tolerance(value, tolerance):
        state = ABOVE_TOLERANCE
    else:
        state = WITHIN_TOLERANCE if value > appetite.appetite_points else WITHIN_APPETITE
    return Verdict(state, appetite.appetite_points, appetite.tolerance_points, value - tolerance)
