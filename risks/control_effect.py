"""What controls take off a risk: how well they work today, and what that weighs. (calculation)"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

LIKELIHOOD, IMPACT = "LIKELIHOOD", "IMPACT"
SIDES = (LIKELIHOOD, IMPACT)

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class ControlShare:
    """One control in force as it bears on one risk: the shares [0–1] it would remove by design and of that in operation, and
    the last day on which its newest evidence holds (None: it never had any)."""

    control_id: int
    bears_on: str
    design_share: Decimal
    operating_share: Decimal
    evidence_until: date | None = None


@dataclass(frozen=True, slots=True)
class SideEffect:
    """What the controls of one side remove together [share 0–1]; `unproven` of the `controls` have no valid evidence."""

    share: Decimal
    controls: int
    unproven: int
    strongest_id: int

    @property
    def percent(self) -> int:
        return int((self.share * 100).quantize(ONE, rounding=ROUND_HALF_EVEN))


def is_proven(evidence_until: date | None, today: date) -> bool:
    """Whether evidence still holds: through its last day."""
    return evidence_until is not None and evidence_until >= today


def operating_today(operating_share: Decimal, evidence_until: date | None, today: date, unproven_share: Decimal) -> Decimal:
    """The share [0–1] that counts as operating on `today`: what was judged, and only `unproven_share` of it without valid
    evidence. The one place where stale evidence lowers anything."""
    return operating_share if is_proven(evidence_until, today) else operating_share * unproven_share


def effectiveness(control: ControlShare, today: date, unproven_share: Decimal) -> Decimal:
    """The share [0–1] of the risk this control removes today: design times operation."""
    return control.design_share * operating_today(control.operating_share, control.evidence_until, today, unproven_share)


def of_side(controls: Iterable[ControlShare], side: str, today: date, unproven_share: Decimal) -> SideEffect | None:
    """What the controls on `side` remove together: each takes its share of what the others left. None without any effect."""
    own = [one for one in controls if one.bears_on == side]
    shares = {one.control_id: effectiveness(one, today, unproven_share) for one in own}
    left = ONE
    for share in shares.values():
        left *= ONE - share
    if left == ONE:
        return None
    strongest = max(shares, key=lambda pk: (shares[pk], -pk))
    unproven = sum(not is_proven(one.evidence_until, today) for one in own)
    return SideEffect(ONE - left, len(own), unproven, strongest)


def rests(
    controls: Iterable[ControlShare], rating_points: Decimal, today: date, limit_share: Decimal, unproven_share: Decimal
) -> Iterator[tuple[str, SideEffect, Decimal]]:
    """Side by side what controls leave of a rating [points, exact]; at most `limit_share` goes on each, nothing is said of a side
    without effect."""
    left = rating_points
    for side in SIDES:
        effect = of_side(controls, side, today, unproven_share)
        if effect is not None:
            left *= 1 - limit_share * effect.share
            yield side, effect, left


def oldest_evidence(controls: Iterable[ControlShare]) -> ControlShare | None:
    """The control whose evidence ran out, or will, before all others; None where none ever had evidence."""
    dated = [one for one in controls if one.evidence_until is not None]
    return min(dated, key=lambda one: (one.evidence_until, one.control_id), default=None)
