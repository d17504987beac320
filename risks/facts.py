"""What is known of risks at the moment they are scored, and what each of them counts for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from risks import appetite, exposure, protection, scales, scoring, standpoints
from risks.formulas import Formula
from risks.models import Appetite, Indicator, IndicatorRisk, Levels, Office, Risk
from risks.models.score import Agreement
from risks.protection import UNPROTECTED, Protection
from risks.scoring import NO_EXPOSURE, Exposure, ScoreInput, ScoreResult


@dataclass(frozen=True, slots=True)
class Facts:
    """One risk as the register knows it: `scopes` are its unit and all above, `inputs` are by state of the risk, `views` what
    each office would put in place of the current one, while they differ."""

    risk_id: int
    is_open: bool
    is_confidential: bool
    is_unowned: bool
    scopes: tuple[int, ...]
    inputs: Mapping[str, ScoreInput]
    agreement: str = ""
    views: Mapping[str, ScoreInput] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a risk stands: the content of its `ScoreState` row, field by field, but for the moments."""

    risk_id: int
    inherent_value: Decimal | None = None
    current_value: Decimal | None = None
    residual_value: Decimal | None = None
    inherent_band: str = ""
    current_band: str = ""
    residual_band: str = ""
    likelihood_level: int | None = None
    impact_level: int | None = None
    tolerance_points: int | None = None
    is_above_tolerance: bool = False
    agreement: str = ""
    it_value: Decimal | None = None
    security_value: Decimal | None = None
    is_safety: bool = False
    counted: Mapping[str, Any] | None = None
    next_change_on: date | None = None
    formula_version: int | None = None


def gather(risk_ids: Sequence[int], today: date) -> Iterator[Facts]:
    """The facts of each of `risk_ids`, in a constant number of queries. Lock their score states first."""
    risks = Risk.objects.filter(pk__in=risk_ids).values_list(
        "pk", "state", "archived_at", "category", "is_confidential", "accountable", "review_due_on", "unit__path", _breached()
    )
    rows = Appetite.objects.current().values_list("unit", "category", "tolerance_points")
    tolerances = {(unit, category): tolerance for unit, category, tolerance in rows}
    levels = _levels(risk_ids)
    exposures = exposure.measure(risk_ids)
    protections = protection.measure(risk_ids)
    stands = standpoints.of(risk_ids)
    for pk, state, archived_at, category, is_confidential, accountable, review_due_on, path, breached in list(risks):
        scopes = tuple(int(part) for part in path.strip("/").split("/"))
        tolerance = appetite.nearest(tolerances, category, scopes)
        inputs = {
            stage: _input(
                pk,
                stage,
                levels,
                today,
                exposures.get(pk, NO_EXPOSURE),
                protections.get(pk, UNPROTECTED),
                review_due_on,
                tolerance,
                tuple(breached),
            )
            for stage in scoring.STATES
        }
        stand = stands.get(pk, standpoints.NOBODY_RATED)
        yield Facts(
            risk_id=pk,
            is_open=state == Risk.State.OPEN and archived_at is None,
            is_confidential=is_confidential,
            is_unowned=not accountable,
            scopes=scopes,
            inputs=inputs,
            agreement=stand.agreement,
            views={
                office: replace(inputs[scoring.CURRENT], likelihood_level=likelihood, impact_levels=impact)
                for office, (likelihood, impact) in stand.views.items()
            },
        )


def stand(known: Facts, results: Mapping[str, ScoreResult], formula: Formula) -> Standing:
    """Where the risk stands by `results`, one for each of its states, made by `formula`. A closed risk waits for no day and
    counts nowhere."""
    given, now = known.inputs[scoring.CURRENT], results[scoring.CURRENT]
    worst = scales.worst_impact(given.impact_levels)
    views = {office: scoring.score(view, formula).value for office, view in known.views.items()}
    days = [result.next_change_on for result in results.values() if result.next_change_on is not None]
    standing = Standing(
        risk_id=known.risk_id,
        inherent_value=results[scoring.INHERENT].value,
        current_value=now.value,
        residual_value=results[scoring.RESIDUAL].value,
        inherent_band=results[scoring.INHERENT].band or "",
        current_band=now.band or "",
        residual_band=results[scoring.RESIDUAL].band or "",
        likelihood_level=given.likelihood_level,
        impact_level=None if worst is None else worst[1],
        tolerance_points=None if given.tolerance_points is None else int(given.tolerance_points),
        is_above_tolerance=scoring.above_tolerance(now.value, given.tolerance_points),
        agreement=known.agreement if now.value is not None else "",
        it_value=views.get(Office.IT),
        security_value=views.get(Office.SECURITY),
        is_safety=scales.in_safety_lane(given.impact_levels.get(scales.SAFETY)),
        counted={},
        next_change_on=min(days, default=None) if known.is_open else None,
        formula_version=formula.version,
    )
    return replace(standing, counted=_counted(known, standing)) if known.is_open else standing


def _counted(known: Facts, standing: Standing) -> dict[str, Any]:
    """What an open risk adds to the totals of its unit and of every unit above."""
    names = ["risks.open"]
    if standing.current_value is None:
        names.append("risks.unscored")
    else:
        names += [
            f"risks.band.{standing.current_band}",
            f"risks.cell.{standing.likelihood_level}.{standing.impact_level}",
        ]
    names += [name for name, holds in _flags(known, standing) if holds]
    if known.is_confidential:
        names += [f"confidential.{name}" for name in names]
    return {"units": list(known.scopes), "measures": dict.fromkeys(names, 1)}


def _flags(known: Facts, standing: Standing) -> list[tuple[str, bool]]:
    return [
        ("risks.above_tolerance", standing.is_above_tolerance),
        ("risks.safety", standing.is_safety),
        ("risks.unowned", known.is_unowned),
        ("risks.different", standing.agreement == Agreement.DIFFERENT),
    ]


def _levels(risk_ids: Sequence[int]) -> dict[tuple[int, str], tuple[int | None, dict[str, int]]]:
    """(likelihood, impact by rated area) of each risk and state."""
    areas = [f"{area}_level" for area in scales.IMPACT_AREAS]
    rows = Levels.objects.filter(risk__in=risk_ids).values_list("risk_id", "stage", "likelihood_level", *areas)
    return {
        (risk_id, stage): (
            likelihood,
            {area: level for area, level in zip(scales.IMPACT_AREAS, levels, strict=True) if level is not None},
        )
        for risk_id, stage, likelihood, *levels in rows.iterator(chunk_size=5000)
    }


def _breached() -> ArraySubquery:
    """The indicators that speak of a risk and stand outside of their bounds, by id, as part of the query that reads the risk."""
    outside = Indicator.objects.watched().filter(standing=Indicator.Standing.BREACH)
    rows = IndicatorRisk.objects.filter(risk=OuterRef("pk"), indicator__in=outside).order_by("indicator")
    return ArraySubquery(rows.values("indicator"))


def _input(
    risk_id: int,
    stage: str,
    levels: Mapping[tuple[int, str], tuple[int | None, dict[str, int]]],
    today: date,
    exposed: Exposure,
    protected: Protection,
    review_due_on: date | None,
    tolerance: int | None,
    breached: tuple[int, ...],
) -> ScoreInput:
    likelihood_level, impact_levels = levels.get((risk_id, stage), (None, {}))
    return ScoreInput(
        risk_id=risk_id,
        state=stage,
        likelihood_level=likelihood_level,
        impact_levels=impact_levels,
        today=today,
        exposure=exposed,
        review_due_on=review_due_on,
        tolerance_points=None if tolerance is None else Decimal(tolerance),
        controls=protected.controls,
        treatment_due=protected.treatment_due,
        breached_indicator_ids=breached,
    )
