"""Which scores are stale: rows that are only inserted, claimed by one worker, and deleted by that one alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, F, Min

from portal import clock
from risks.models import StaleScore

MOST_ATTEMPTS = 5
CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Claim:
    """A stale row that the transaction under way has locked."""

    id: int
    risk_id: int
    cause: str


def mark_risks(risk_ids: Sequence[int], cause: str) -> None:
    """Say, inside the transaction of a change, that these risks must be scored again."""
    _execute(
        """
        INSERT INTO risks_stalescore (risk_id, cause, attempts, error, created_at)
        SELECT unnest(%(ids)s::bigint[]), %(cause)s, 0, '', %(now)s
        """,
        ids=sorted(set(risk_ids)),
        cause=cause,
        now=clock.now(),
    )


def mark_reached(asset_ids: Sequence[int], cause: str) -> None:
    """Say, inside the transaction of a change, that the open risks of these assets must be scored again."""
    _execute(
        """
        INSERT INTO risks_stalescore (risk_id, cause, attempts, error, created_at)
        SELECT DISTINCT risk.id, %(cause)s, 0, '', %(now)s::timestamptz
        FROM risks_riskasset AS link JOIN risks_risk AS risk ON risk.id = link.risk_id
        WHERE link.asset_id = ANY(%(ids)s::bigint[]) AND risk.state = 'OPEN'
        """,
        ids=list(asset_ids),
        cause=cause,
        now=clock.now(),
    )


def mark_due(today: date) -> int:
    """Say which scores `today` itself changes; returns how many. Those that wait for it already are left alone.

    It is run again and again, so a row claimed a moment ago is made good the next time.
    """
    return _execute(
        """
        INSERT INTO risks_stalescore (risk_id, cause, attempts, error, created_at)
        SELECT state.risk_id, %(cause)s, 0, '', %(now)s
        FROM risks_scorestate AS state
        WHERE state.next_change_on <= %(today)s AND NOT EXISTS (
            SELECT FROM risks_stalescore AS stale WHERE stale.risk_id = state.risk_id AND stale.cause = %(cause)s
        )
        """,
        today=today,
        cause=CALENDAR,
        now=clock.now(),
    )


def mark_outdated(number: int, cause: str) -> int:
    """Say which open risks were last looked at by another formula than `number`; returns how many. Those that wait for anything
    already are left alone."""
    return _execute(
        """
        INSERT INTO risks_stalescore (risk_id, cause, attempts, error, created_at)
        SELECT state.risk_id, %(cause)s, 0, '', %(now)s
        FROM risks_scorestate AS state JOIN risks_risk AS risk ON risk.id = state.risk_id
        WHERE state.formula_version IS DISTINCT FROM %(number)s AND risk.state = 'OPEN' AND risk.archived_at IS NULL
            AND NOT EXISTS (SELECT FROM risks_stalescore AS stale WHERE stale.risk_id = state.risk_id)
        """,
        number=number,
        cause=cause,
        now=clock.now(),
    )


def lag() -> tuple[int, float]:
    """How many rows wait, and since when the oldest [s]."""
    found = StaleScore.objects.aggregate(rows=Count("pk"), oldest=Min("created_at"))
    return found["rows"], max(0.0, (clock.now() - found["oldest"]).total_seconds()) if found["oldest"] else 0.0


def claim(limit: int) -> list[Claim]:
    """Lock at most `limit` rows nobody else holds, oldest first, and the other free rows of the same risks.

    Rows that failed before come one at a time, after all others, and no more than `MOST_ATTEMPTS` times.
    """
    rows = _claimable().filter(attempts=0).order_by("pk")[:limit]
    first = list(rows.values_list("pk", "risk_id", "cause"))
    if not first:
        failed = _claimable().filter(attempts__range=(1, MOST_ATTEMPTS - 1)).order_by("attempts", "pk")[:1]
        first = list(failed.values_list("pk", "risk_id", "cause"))
    if not first:
        return []
    same_risks = _claimable().filter(risk__in={risk_id for _, risk_id, _ in first}).order_by("pk")
    found = {pk: Claim(pk, risk_id, cause) for pk, risk_id, cause in first}
    found |= {pk: Claim(pk, risk_id, cause) for pk, risk_id, cause in same_risks.values_list("pk", "risk_id", "cause")}
    return [found[pk] for pk in sorted(found)]


def release(claims: Sequence[Claim]) -> None:
    """Delete exactly these rows: what they asked for is done."""
    StaleScore.objects.filter(pk__in=[one.id for one in claims]).delete()


def note_failure(claims: Sequence[Claim], error: Exception) -> None:
    """Count a failed attempt on these rows."""
    StaleScore.objects.filter(pk__in=[one.id for one in claims]).update(attempts=F("attempts") + 1, error=type(error).__name__)


def try_again() -> int:
    """Take what was given up as failed once: it comes one at a time, after all others. How many rows."""
    return StaleScore.objects.filter(attempts__gte=MOST_ATTEMPTS).update(attempts=1)


def _claimable():
    return StaleScore.objects.select_for_update(skip_locked=True, of=("self",))


def _execute(statement: str, **values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount
