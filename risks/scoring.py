"""The shared score: every term of it, adding up exactly. A pure function of frozen input. (calculation)"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from risks import control_effect, old_evidence, scales
from risks.control_effect import ControlShare
from risks.formulas import LATER, Formula
from risks.old_evidence import Steps

INHERENT = "INHERENT"
CURRENT = "CURRENT"
RESIDUAL = "RESIDUAL"
STATES = (INHERENT, CURRENT, RESIDUAL)

NOT_ENOUGH_DATA = "not-enough-data"

TENTH = Decimal("0.1")
ZERO = Decimal("0.0")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a term comes from: a kind of the registry and the id of the one."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Criticality:
    """The highest effective criticality level, 1–5, that a risk's assets have in one aspect, and the asset it is of."""

    aspect: str
    level: int
    asset_id: int


@dataclass(frozen=True, slots=True)
class Reach:
    """The farthest reachability (one of `scales.REACHABILITIES`) among a risk's assets, and the asset it is of."""

    reachability: str
    asset_id: int


@dataclass(frozen=True, slots=True)
class SupportEnd:
    """The last day on which the maker still mends an asset."""

    ends_on: date
    asset_id: int


@dataclass(frozen=True, slots=True)
class Exploited:
    """A vulnerability that is known to be exploited and confirmed on an asset; a possible match is none."""

    vulnerability: str
    asset_id: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a risk's assets bring to its score."""

    criticalities: tuple[Criticality, ...] = ()
    reach: Reach | None = None
    support_ends: tuple[SupportEnd, ...] = ()
    safety_zone_asset_id: int | None = None
    exploited: tuple[Exploited, ...] = field(default=(), metadata=LATER)


NO_EXPOSURE = Exposure()


@dataclass(frozen=True, slots=True)
class TreatmentDue:
    """The first day on which something of an approved plan is due, and the treatment it is of."""

    due_on: date
    treatment_id: int


@dataclass(frozen=True, slots=True)
class ScoreInput:
    """Everything one score depends on, `today` included.

    Levels are 1–5; `impact_levels` are by area. Above `tolerance_points` [0–100] a risk alarms; None where no tolerance
    is set. `review_due_on` is None without a review, `treatment_due` without an approved plan that is still open. `controls`
    are those in force that bear on the risk, `breached_indicator_ids` its indicators that stand outside of their bounds.
    """

    risk_id: int
    state: str
    likelihood_level: int | None
    impact_levels: Mapping[str, int]
    today: date
    exposure: Exposure = NO_EXPOSURE
    review_due_on: date | None = None
    tolerance_points: Decimal | None = None
    controls: tuple[ControlShare, ...] = field(default=(), metadata=LATER)
    treatment_due: TreatmentDue | None = field(default=None, metadata=LATER)
    breached_indicator_ids: tuple[int, ...] = field(default=(), metadata=LATER)


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a score [points]; `label_key` and `params` become words only when shown."""

    name: str
    points: Decimal
    source: Source | None = None
    params: Mapping[str, int | str] = field(default_factory=dict)
    care: bool = False

    @property
    def label_key(self) -> str:
        return f"score.{self.name}"


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score [0–100 points] with its band key and terms, or the reason why there is none.

    `next_change_on` is the first day on which time alone will change it; None where it never will.
    """

    formula_version: int
    value: Decimal | None
    band: str | None
    reason: str | None = None
    terms: tuple[Term, ...] = ()
    next_change_on: date | None = None

    @property
    def value_without_care(self) -> Decimal | None:
        """What the risk itself weighs; care terms and what bounds them left out."""
        if self.value is None:
            return None
        return sum((term.points for term in self.terms if not term.care), ZERO)


def score(given: ScoreInput, formula: Formula) -> ScoreResult:
    """Score `given` by `formula`; ValueError for a level, area, aspect or state that does not exist.

    The terms add up exactly to the value. It never falls when a level rises. Controls count now and after plan; inherent is
    without them. Breached indicators count now. Care terms count for the current state only, at most `care_limit_points`
    together, and never lift a score over the tolerance by themselves.
    """
    if given.state not in STATES:
        raise ValueError(f"No such state of a risk: {given.state!r}.")
    worst = scales.worst_impact(given.impact_levels)
    if given.likelihood_level is None or worst is None:
        return ScoreResult(formula.version, None, None, reason=NOT_ENOUGH_DATA)
    rating = _rating(given, scales.checked_level(given.likelihood_level), *worst, formula)
    added = [*_exposed(given, formula), *_breached(given, formula)]
    least = formula.lowest_points - _sum(added)
    terms = [rating, *_controlled(given, rating.points, given.today, formula), *added]
    terms += _bound(terms, formula)
    if given.state == CURRENT:
        terms += _care(given, _slid(given, rating.points, least, formula), _sum(terms), formula)
    value = _sum(terms)
    return ScoreResult(
        formula_version=formula.version,
        value=value,
        band=scales.band_of(value).key,
        terms=tuple(terms),
        next_change_on=_next_change(given, rating.points, least, formula),
    )


def above_tolerance(value: Decimal | None, tolerance_points: Decimal | None) -> bool:
    """Whether a score alarms: strictly above what we still accept."""
    return value is not None and tolerance_points is not None and value > tolerance_points


def _rating(given: ScoreInput, likelihood_level: int, area: str, impact_level: int, formula: Formula) -> Term:
    params: dict[str, int | str] = {
        "likelihood_level": likelihood_level,
        "impact_level": impact_level,
        "impact_area": area,
    }
    points = formula.base_points * likelihood_level * impact_level
    return Term("rating", _tenths(points), Source("risk", given.risk_id), params)


def _controlled(given: ScoreInput, rating_points: Decimal, today: date, formula: Formula) -> Iterator[Term]:
    """What controls take off the rating, likelihood before impact. What is left is rounded, never the parts of it: so a higher
    level never ends below a lower one."""
    if given.state == INHERENT or not formula.control_limit_share:
        return
    left = rating_points
    shares = formula.control_limit_share, formula.unproven_operating_share
    for side, effect, exact in control_effect.rests(given.controls, rating_points, today, *shares):
        points = _tenths(exact) - left
        left += points
        if points:
            params: dict[str, int | str] = {
                "controls": effect.controls,
                "share_percent": effect.percent,
                "unproven": effect.unproven,
            }
            yield Term(f"control_{side.lower()}", points, Source("control", effect.strongest_id), params)


def _exposed(given: ScoreInput, formula: Formula) -> Iterator[Term]:
    """What the linked assets add; a term of no points is left out."""
    exposure = given.exposure
    terms = (
        _criticality(exposure, formula),
        _exploited(exposure, formula),
        _reachability(exposure, formula),
        _end_of_support(exposure, given.today, formula),
        _safety_zone(exposure, formula),
    )
    return (term for term in terms if term is not None and term.points)


def _criticality(exposure: Exposure, formula: Formula) -> Term | None:
    if not exposure.criticalities:
        return None
    worst = max(
        exposure.criticalities,
        key=lambda one: (scales.checked_level(one.level), one.aspect == "safety", -scales.ASPECTS.index(one.aspect)),
    )
    points = formula.criticality_points[worst.level - 1]
    params: dict[str, int | str] = {"criticality_level": worst.level, "aspect": worst.aspect}
    return Term("criticality", _tenths(points), Source("asset", worst.asset_id), params)


def _exploited(exposure: Exposure, formula: Formula) -> Term | None:
    if not exposure.exploited:
        return None
    first = min(exposure.exploited, key=lambda one: (one.vulnerability, one.asset_id))
    params: dict[str, int | str] = {"vulnerability": first.vulnerability, "vulnerabilities": len(exposure.exploited)}
    return Term("exploited", _tenths(formula.exploited_points), Source("asset", first.asset_id), params)


def _reachability(exposure: Exposure, formula: Formula) -> Term | None:
    if exposure.reach is None:
        return None
    points = formula.reachability_points[scales.REACHABILITIES.index(exposure.reach.reachability)]
    params: dict[str, int | str] = {"reachability": exposure.reach.reachability}
    return Term("reachability", _tenths(points), Source("asset", exposure.reach.asset_id), params)


def _end_of_support(exposure: Exposure, today: date, formula: Formula) -> Term | None:
    ended = [(one.ends_on, one.asset_id) for one in exposure.support_ends if one.ends_on < today]
    if not ended:
        return None
    ends_on, asset_id = min(ended)
    params: dict[str, int | str] = {"ends_on": ends_on.isoformat()}
    return Term("end_of_support", _tenths(formula.end_of_support_points), Source("asset", asset_id), params)


def _safety_zone(exposure: Exposure, formula: Formula) -> Term | None:
    if exposure.safety_zone_asset_id is None:
        return None
    return Term("safety_zone", _tenths(formula.safety_zone_points), Source("asset", exposure.safety_zone_asset_id))


def _breached(given: ScoreInput, formula: Formula) -> Iterator[Term]:
    """What indicators outside of their bounds add now, and what keeps them small together."""
    breached = given.breached_indicator_ids
    if given.state != CURRENT or not breached or not formula.indicator_points:
        return
    points = _tenths(formula.indicator_points * len(breached))
    yield Term("indicator_breach", points, Source("indicator", min(breached)), {"indicators": len(breached)})
    over_limit = points - formula.indicator_limit_points
    if over_limit > 0:
        yield Term("indicator_limit", -over_limit, None, {"points": str(formula.indicator_limit_points)})


def _bound(terms: list[Term], formula: Formula) -> list[Term]:
    """The bound as a term of its own: what has to go, or come, for the score to stay on its scale."""
    total = _sum(terms)
    bounded = min(max(total, formula.lowest_points), formula.highest_points)
    if bounded == total:
        return []
    return [Term("bound", bounded - total, None, {"points": str(bounded)})]


def _care(given: ScoreInput, slid: Iterable[Term], without_care: Decimal, formula: Formula) -> list[Term]:
    """Terms for what we let slide, then what keeps them small; all are marked as care."""
    terms = list(slid)
    over_limit = _sum(terms) - formula.care_limit_points
    if over_limit > 0:
        terms.append(_care_bound("care_limit", -over_limit, formula.care_limit_points))
    over_scale = without_care + _sum(terms) - formula.highest_points
    if over_scale > 0:
        terms.append(_care_bound("care_bound", -over_scale, formula.highest_points))
    tolerance = None if given.tolerance_points is None else _tenths(given.tolerance_points)
    if tolerance is not None and without_care <= tolerance < without_care + _sum(terms):
        over_tolerance = without_care + _sum(terms) - tolerance
        terms.append(_care_bound("care_tolerance", -over_tolerance, tolerance))
    return terms


def _care_bound(name: str, points: Decimal, bound: Decimal) -> Term:
    return Term(name, points, None, {"points": str(bound)}, care=True)


def _slid(given: ScoreInput, rating_points: Decimal, least: Decimal, formula: Formula) -> Iterator[Term]:
    """A late review, a late treatment, old evidence."""
    for name, due_on, source, steps in _dated(given, formula):
        points = old_evidence.reached(steps, due_on, given.today)
        if points:
            yield Term(name, _tenths(points), source, {"due_on": due_on.isoformat()}, care=True)
    if formula.old_evidence_within_effect:
        yield from _old_evidence(given, rating_points, least, given.today, formula)


def _dated(given: ScoreInput, formula: Formula) -> Iterator[tuple[str, date, Source, Steps]]:
    """What is late from a day on and weighs by its steps alone: name of the term, the last good day, its source, its steps."""
    if given.review_due_on is not None:
        yield "review_late", given.review_due_on, Source("risk", given.risk_id), formula.review_late_steps
    if given.treatment_due is not None:
        source = Source("treatment", given.treatment_due.treatment_id)
        yield "treatment_late", given.treatment_due.due_on, source, formula.treatment_late_steps
    oldest = None if formula.old_evidence_within_effect else control_effect.oldest_evidence(given.controls)
    if oldest is not None and oldest.evidence_until is not None:
        yield "evidence_old", oldest.evidence_until, Source("control", oldest.control_id), formula.evidence_old_steps


def _old_evidence(given: ScoreInput, rating_points: Decimal, least: Decimal, today: date, formula: Formula) -> Iterator[Term]:
    """At most what its control takes off. As with controls, what is left is rounded, never the parts of it."""
    found = old_evidence.heaviest(given.controls, rating_points, least, today, formula)
    points = _tenths(found.lifted) - _tenths(found.left) if found else ZERO
    if found and points:
        params: dict[str, int | str] = {"due_on": found.evidence_until.isoformat()}
        yield Term("evidence_old", points, Source("control", found.control_id), params, care=True)


def _next_change(given: ScoreInput, rating_points: Decimal, least: Decimal, formula: Formula) -> date | None:
    """The first day after today on which a term changes without anybody doing anything."""
    sure = min(_sure_changes(given, formula), default=None)
    weighs = given.state == CURRENT and formula.old_evidence_within_effect

    def of_evidence(day: date) -> list[Term]:
        found = list(_controlled(given, rating_points, day, formula))
        return [*found, *_old_evidence(given, rating_points, least, day, formula)] if weighs else found

    now: list[Term] | None = None
    for day in old_evidence.days_of_change(given.controls, given.today, formula.evidence_old_steps if weighs else ()):
        if sure is not None and day >= sure:
            break
        now = of_evidence(given.today) if now is None else now
        if of_evidence(day) != now:
            return day
    return sure


def _sure_changes(given: ScoreInput, formula: Formula) -> Iterator[date]:
    """The days after today on which a step is reached, or support ended."""
    if given.state == CURRENT:
        for _name, due_on, _source, steps in _dated(given, formula):
            for days, _points in steps:
                step_on = due_on + timedelta(days=days)
                if step_on > given.today:
                    yield step_on
    support_ends = [one.ends_on for one in given.exposure.support_ends]
    if support_ends and min(support_ends) >= given.today:
        yield min(support_ends) + ONE_DAY


def _tenths(points: Decimal) -> Decimal:
    return points.quantize(TENTH, rounding=ROUND_HALF_EVEN)


def _sum(terms: list[Term]) -> Decimal:
    return sum((term.points for term in terms), ZERO)
