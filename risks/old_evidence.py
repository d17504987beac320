"""What evidence that ran out weighs: by its steps, and at most what its control takes off a risk. (calculation)"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from risks import control_effect
from risks.control_effect import ControlShare
from risks.formulas import Formula

Steps = tuple[tuple[int, Decimal], ...]
ZERO = Decimal("0.0")


@dataclass(frozen=True, slots=True)
class OldEvidence:
    """Whose evidence weighs most, its last good day, and what is left of the rating [points, exact] without and with its weight."""

    control_id: int
    evidence_until: date
    left: Decimal
    lifted: Decimal


def heaviest(
    controls: Sequence[ControlShare], rating_points: Decimal, least: Decimal, today: date, formula: Formula
) -> OldEvidence | None:
    """Of everything that ran out what weighs most, None where nothing does. No control lifts what is left above what would be left
    without it: so losing one never lowers a score. `least` [points] is what is left at least."""

    def left_of(some: Sequence[ControlShare]) -> Decimal:
        return max(rest(some, rating_points, today, formula), least)

    left = left_of(controls)
    found: OldEvidence | None = None
    for until, pk in sorted({(one.evidence_until, one.control_id) for one in controls if one.evidence_until is not None}):
        points = reached(formula.evidence_old_steps, until, today)
        if points:
            others = [one for one in controls if (one.evidence_until, one.control_id) != (until, pk)]
            lifted = min(left + points, left_of(others))
            if lifted > (found.lifted if found else left):
                found = OldEvidence(pk, until, left, lifted)
    return found


def rest(controls: Sequence[ControlShare], rating_points: Decimal, today: date, formula: Formula) -> Decimal:
    """What these controls leave of the rating [points, exact]."""
    rests = control_effect.rests(controls, rating_points, today, formula.control_limit_share, formula.unproven_operating_share)
    return min((left for _side, _effect, left in rests), default=rating_points)


def reached(steps: Steps, due_on: date, today: date) -> Decimal:
    """The points of the step that `today` has reached."""
    days_late = (today - due_on).days
    return max((points for days, points in steps if days <= days_late), default=ZERO)


def days_of_change(controls: Sequence[ControlShare], today: date, steps: Steps) -> list[date]:
    """The days after `today`, in order, on which evidence holds no longer or reaches one of `steps`."""
    ends = {one.evidence_until for one in controls if one.evidence_until is not None}
    days = {until + timedelta(days=after) for until in ends for after in (1, *(days for days, _points in steps))}
    return sorted(day for day in days if day > today)
