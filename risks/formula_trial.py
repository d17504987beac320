"""Shows for one formula what must hold for every one: no score falls when something gets worse, care stays small. (calculation)"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise, product

from risks import scales, scoring
from risks.control_effect import SIDES, ControlShare
from risks.formulas import Formula
from risks.scoring import Criticality, Exploited, Exposure, Reach, ScoreInput, SupportEnd, TreatmentDue

TODAY = date(2026, 1, 1)
LONG_AGO = TODAY - timedelta(days=3651)
MOST_INDICATORS = 12
MOST_CARE = Decimal(5)
PLACES = ((1, 1), (3, 3), (5, 5))
EFFECTS = (Decimal(0), Decimal("0.37"), Decimal(1))  # of the controls on one side


@dataclass(frozen=True, slots=True)
class Trial:
    """How many steps for the worse were tried and which of them lower a score; how many cases of late care, the most it
    added [points], and in how many it crossed a tolerance alone."""

    steps: int
    falls: tuple[str, ...]
    cases: int
    most_care: Decimal
    crossed: int

    @property
    def holds(self) -> bool:
        return not self.falls and not self.crossed and self.most_care <= MOST_CARE


@lru_cache(maxsize=32)
def of(formula: Formula) -> Trial:
    """Try every level against its neighbours, with and without controls, and everything an asset or an indicator may bring."""
    values: dict[int, Decimal] = {}

    def value(given: ScoreInput) -> Decimal:
        if id(given) not in values:
            values[id(given)] = scoring.score(given, formula).value or Decimal(0)
        return values[id(given)]

    kept = list(_ladders())  # keeps every input alive, so that no id is used twice
    steps = [(what, low, high) for what, ladder in kept for low, high in pairwise(ladder)]
    falls = {what: None for what, low, high in steps if value(low) > value(high)}
    care = [scoring.score(given, formula) for given in _late()]
    over = [
        (result.value or Decimal(0)) > given.tolerance_points >= (result.value_without_care or Decimal(0))
        for given, result in zip(_late(), care, strict=True)
        if given.tolerance_points is not None
    ]
    most = max((result.value or Decimal(0)) - (result.value_without_care or Decimal(0)) for result in care)
    return Trial(len(steps), tuple(falls), len(care), most, sum(over))


def _given(likelihood: int, impact: int, **more: object) -> ScoreInput:
    return ScoreInput(1, scoring.CURRENT, likelihood, {scales.OPERATIONAL: impact}, TODAY, **more)  # type: ignore[arg-type]


def _ladders() -> Iterator[tuple[str, list[ScoreInput]]]:
    """What rises, and inputs that differ in nothing else, the mildest first."""
    for likely, soft in product(EFFECTS, EFFECTS):
        controls = tuple(ControlShare(1, side, share, Decimal(1), TODAY) for side, share in zip(SIDES, (likely, soft), strict=True))
        for fixed in scales.LEVELS:
            yield "likelihood_level", [_given(level, fixed, controls=controls) for level in scales.LEVELS]
            yield "impact_level", [_given(fixed, level, controls=controls) for level in scales.LEVELS]
    for place in PLACES:
        plain = _given(*place)
        yield from ((what, [plain, *(replace(plain, exposure=one) for one in worse)]) for what, worse in _exposures())
        breached = [tuple(range(1, count + 1)) for count in range(MOST_INDICATORS + 1)]
        yield "indicators", [replace(plain, breached_indicator_ids=ids) for ids in breached]
        for side in SIDES:
            proven = [ControlShare(1, side, share, Decimal(1), TODAY) for share in reversed(EFFECTS)]
            yield "controls", [replace(plain, controls=(one,)) for one in proven]
            for one in proven:
                yield "controls", [replace(plain, controls=(control,)) for control in (one, replace(one, evidence_until=None))]
            stale = [replace(one, evidence_until=LONG_AGO) for one in proven]
            for one in stale:
                left = ((stale[0], replace(one, control_id=2)), (one,), ())
                yield "old_evidence", [replace(plain, controls=some) for some in left]


def _exposures() -> Iterator[tuple[str, list[Exposure]]]:
    yield "criticality_level", [Exposure(criticalities=(Criticality("availability", level, 1),)) for level in scales.LEVELS]
    yield "reachability", [Exposure(reach=Reach(far, 1)) for far in scales.REACHABILITIES]
    yield "end_of_support", [Exposure(support_ends=(SupportEnd(LONG_AGO, 1),))]
    yield "safety_zone", [Exposure(safety_zone_asset_id=1)]
    yield "exploited", [Exposure(exploited=(Exploited("CVE-2026-1", 1),))]


def _late() -> Iterator[ScoreInput]:
    """Everything late for years, at every level and around every tolerance."""
    old = tuple(ControlShare(1, side, Decimal(1), Decimal(1), LONG_AGO) for side in SIDES)
    for likelihood, impact in product(scales.LEVELS, scales.LEVELS):
        for tolerance in (None, *(Decimal(points) for points in range(10, 100, 10))):
            yield _given(
                likelihood,
                impact,
                controls=old,
                review_due_on=LONG_AGO,
                treatment_due=TreatmentDue(LONG_AGO, 1),
                tolerance_points=tolerance,
            )
