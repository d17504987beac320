"""How the offices stand to the levels that count, and what each would say while they differ; for many risks at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from risks import scales
from risks.models import Rating, RatingRound
from risks.models.score import Agreement

State, Outcome = RatingRound.State, RatingRound.Outcome
_OF_STATE = {State.OBJECTABLE: Agreement.OBJECTABLE, State.DIFFERENT: Agreement.DIFFERENT}
_OF_OUTCOME = {
    Outcome.AGREED: Agreement.AGREED,
    Outcome.NOT_OBJECTED: Agreement.NOT_OBJECTED,
    Outcome.ARBITRATED: Agreement.ARBITRATED,
}


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The agreement, and by office its own (likelihood, impact by rated area) where they differ."""

    agreement: str
    views: Mapping[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict)


NOBODY_RATED = Standpoint(Agreement.PROVISIONAL)


def of(risk_ids: Sequence[int]) -> dict[int, Standpoint]:
    """Of each risk that an office rated openly; the others stand as NOBODY_RATED. Two queries."""
    rounds = (
        RatingRound.objects.filter(risk__in=risk_ids)
        .exclude(state=State.OPEN)
        .exclude(outcome=Outcome.ENDED)
        .order_by("risk_id", "-id")
        .distinct("risk_id")
        .values_list("id", "risk_id", "state", "outcome")
    )
    found = list(rounds)
    views = _views([pk for pk, _risk, state, _outcome in found if state == State.DIFFERENT])
    return {
        risk_id: Standpoint(str(_OF_OUTCOME[outcome] if state == State.SETTLED else _OF_STATE[state]), views.get(pk, {}))
        for pk, risk_id, state, outcome in found
    }


def _views(round_ids: Sequence[int]) -> dict[int, dict[str, tuple[int, dict[str, int]]]]:
    """The newest rating of each office in these rounds."""
    if not round_ids:
        return {}
    areas = [f"{area}_level" for area in scales.IMPACT_AREAS]
    rows = Rating.objects.filter(round__in=round_ids).order_by("round_id", "office", "-id").distinct("round_id", "office")
    found: dict[int, dict[str, tuple[int, dict[str, int]]]] = {}
    for round_id, office, likelihood, *levels in rows.values_list("round_id", "office", "likelihood_level", *areas):
        rated = {area: level for area, level in zip(scales.IMPACT_AREAS, levels, strict=True) if level is not None}
        found.setdefault(round_id, {})[office] = (likelihood, rated)
    return found
