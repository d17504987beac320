"""What risks add to the kept totals, summed anew from what each of them counts for."""

from django.db import connection

_SUMS = """
    SELECT unit.id::bigint, measure.name, sum(measure.amount::bigint)::bigint
    FROM risks_scorestate s
    CROSS JOIN LATERAL jsonb_array_elements_text(s.counted -> 'units') AS unit (id)
    CROSS JOIN LATERAL jsonb_each_text(s.counted -> 'measures') AS measure (name, amount)
    GROUP BY 1, 2
"""


def recount() -> dict[tuple[int, str], int]:
    """By (unit, measure): what the kept totals of risks must equal. What waits to be scored counts as it did before."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS)
        return {(unit, measure): amount for unit, measure, amount in cursor.fetchall()}
