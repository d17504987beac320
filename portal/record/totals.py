"""Totals as a ledger: verbs insert changes, one folder sums them, a reading is what was folded plus the tail."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Sum

from portal.record.models import Total, TotalChange


def add(changes: Iterable[tuple[int, str, int]]) -> None:
    """(scope, measure, amount) rows, inside the transaction of what changed. Never a row shared with another writer."""
    rows = [(scope, measure, amount) for scope, measure, amount in changes if amount]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO record_totalchange (scope, measure, amount) "
                "SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[])",
                [list(column) for column in zip(*rows, strict=True)],
            )


def move(before: tuple[Sequence[int], Mapping[str, int]] | None, after: tuple[Sequence[int], Mapping[str, int]] | None) -> None:
    """One thing counted (scopes, {measure: amount}) before and does after; None where it does not count at all."""
    delta: dict[tuple[int, str], int] = {}
    for sign, part in ((-1, before), (1, after)):
        for scope in part[0] if part else ():
            for measure, amount in part[1].items():
                delta[scope, measure] = delta.get((scope, measure), 0) + sign * amount
    add((scope, measure, amount) for (scope, measure), amount in delta.items())


def read(*scopes: int, prefix: str = "") -> dict[str, int]:
    """Every measure that starts with `prefix`, summed over `scopes` (which must not contain one another); zeros left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT measure, sum(amount)::bigint FROM (
                SELECT measure, amount FROM record_total WHERE scope = ANY(%(scopes)s) AND measure LIKE %(like)s
                UNION ALL
                SELECT measure, amount FROM record_totalchange WHERE scope = ANY(%(scopes)s) AND measure LIKE %(like)s
            ) AS parts GROUP BY measure HAVING sum(amount) <> 0
            """,
            {"scopes": list(scopes), "like": prefix.replace("%", "") + "%"},
        )
        return dict(cursor.fetchall())


_FOLD = """
    WITH claimed AS (
        DELETE FROM record_totalchange WHERE id IN (SELECT id FROM record_totalchange ORDER BY id LIMIT %(limit)s)
        RETURNING scope, measure, amount
    ), folded AS (
        INSERT INTO record_total (scope, measure, amount)
        SELECT scope, measure, sum(amount)::bigint FROM claimed GROUP BY scope, measure ORDER BY scope, measure
        ON CONFLICT (scope, measure) DO UPDATE SET amount = record_total.amount + EXCLUDED.amount
        RETURNING 1
    )
    SELECT count(*) FROM claimed
"""


@transaction.atomic
def fold(limit: int = 20_000) -> int:
    """Move at most `limit` changes into the totals; returns how many, 0 also while another folder is at work.

    One statement, so that a reading at any moment sees each change exactly once; writers are never waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(1129270851, 2)")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_FOLD, {"limit": limit})
        return cursor.fetchone()[0]


def waiting() -> int:
    """How many changes are not folded yet."""
    return TotalChange.objects.count()


def checked_sum(scope: int, measure: str) -> int:
    """One measure from the ORM, for tests that distrust the SQL above."""
    folded = Total.objects.filter(scope=scope, measure=measure).aggregate(s=Sum("amount"))["s"] or 0
    return folded + (TotalChange.objects.filter(scope=scope, measure=measure).aggregate(s=Sum("amount"))["s"] or 0)
