"""The rows of scores, read and written in bulk: no model instances, COPY and one statement a batch."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from portal import copying
from risks import scoring
from risks.facts import Standing
from risks.models import Score, ScoreState

_FIELDS = tuple(field.name for field in fields(Standing))
_TYPES = {
    "risk_id": "bigint",
    **dict.fromkeys(("inherent_value", "current_value", "residual_value"), "numeric"),
    **dict.fromkeys(("inherent_band", "current_band", "residual_band"), "text"),
    **dict.fromkeys(("likelihood_level", "impact_level", "tolerance_points"), "smallint"),
    **dict.fromkeys(("it_value", "security_value"), "numeric"),
    **dict.fromkeys(("is_above_tolerance", "is_safety"), "boolean"),
    "agreement": "text",
    "counted": "jsonb",
    "next_change_on": "date",
    "formula_version": "smallint",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """What a score row says."""

    value: Decimal | None
    band: str
    reason: str
    terms: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest score row of a risk in one state; its terms are read only where everything else is the same."""

    value: Decimal | None
    band: str
    reason: str
    terms: str  # JSON

    def says(self, stored: Stored) -> bool:
        """Whether another row would say the same."""
        same = (self.value, self.band, self.reason) == (stored.value, stored.band, stored.reason)
        return same and json.loads(self.terms) == stored.terms


@dataclass(frozen=True, slots=True)
class NewScore:
    """A score row to be; `id` is drawn beforehand, so that the audit entry can name it."""

    id: int
    risk_id: int
    state: str
    stored: Stored
    formula_version: int
    cause: str
    previous_value: Decimal | None
    input_digest: str
    input: str  # canonical JSON
    proof: str
    computed_at: datetime


def lock(risk_ids: Sequence[int]) -> dict[int, Standing]:
    """Lock the score state of every risk, in the order of their ids, making those that are missing.

    Nothing a score depends on may be read before: whoever waits here for another worker would score by old facts.
    """
    ScoreState.objects.bulk_create([ScoreState(risk_id=pk) for pk in sorted(_without_state(risk_ids))], ignore_conflicts=True)
    return _standings(ScoreState.objects.select_for_update().filter(pk__in=risk_ids).order_by("pk"))


def standings(risk_ids: Sequence[int]) -> dict[int, Standing]:
    """Where these risks stand as stored, without a lock: to look, not to change."""
    return _standings(ScoreState.objects.filter(pk__in=risk_ids))


def newest(risk_ids: Sequence[int]) -> dict[tuple[int, str], Kept]:
    """The newest score row of each risk and state."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT risk.id, state.name, score.value, score.band, score.reason, score.terms::text
            FROM unnest(%s::bigint[]) AS risk(id)
            CROSS JOIN unnest(%s::text[]) AS state(name)
            CROSS JOIN LATERAL (
                SELECT value, band, reason, terms FROM risks_score
                WHERE risk_id = risk.id AND state = state.name ORDER BY id DESC LIMIT 1
            ) AS score
            """,
            [list(risk_ids), list(scoring.STATES)],
        )
        return {(risk_id, state): Kept(*said) for risk_id, state, *said in cursor.fetchall()}


def add(scores: Iterable[NewScore]) -> None:
    """Append score rows."""
    copying.copy_in(
        Score,
        (
            {
                "id": one.id,
                "risk_id": one.risk_id,
                "state": one.state,
                "value": one.stored.value,
                "band": one.stored.band,
                "reason": one.stored.reason,
                "terms": one.stored.terms,
                "formula_version": one.formula_version,
                "cause": one.cause,
                "previous_value": one.previous_value,
                "input_digest": one.input_digest,
                "input": one.input,
                "computed_at": one.computed_at,
            }
            for one in scores
        ),
    )


def keep(standings: Sequence[Standing], scored: Sequence[int], moment: datetime) -> None:
    """Write where risks stand now; those in `scored` got a new score row at `moment`."""
    if not standings:
        return
    content = json.dumps([_as_json(standing) for standing in standings])
    columns = ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
    changes = ", ".join(f"{name} = now.{name}" for name in _FIELDS[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE risks_scorestate AS state
            SET {changes}, checked_at = %s,
                computed_at = CASE WHEN state.risk_id = ANY(%s::bigint[]) THEN %s ELSE state.computed_at END
            FROM jsonb_to_recordset(%s::jsonb) AS now({columns})
            WHERE state.risk_id = now.risk_id
            """,  # noqa: S608 -- names of our own columns
            [moment, list(scored), moment, content],
        )


def touch(risk_ids: Sequence[int], moment: datetime) -> None:
    """Note that these were looked at and found as they were."""
    if risk_ids:
        ScoreState.objects.filter(pk__in=risk_ids).update(checked_at=moment)


def _standings(states: QuerySet) -> dict[int, Standing]:
    return {row[0]: Standing(*row) for row in states.values_list(*_FIELDS)}


def _without_state(risk_ids: Sequence[int]) -> set[int]:
    return set(risk_ids) - set(ScoreState.objects.filter(pk__in=risk_ids).values_list("pk", flat=True))


def _as_json(standing: Standing) -> Mapping[str, Any]:
    return {name: _plain(getattr(standing, name)) for name in _FIELDS}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
