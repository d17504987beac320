"""Who fills each seat: the rules that no setting can switch off, over the newest appointment of each seat."""

from collections.abc import Iterable
from dataclasses import dataclass

ARBITER = "ARBITER"

# The newest appointment of each seat: the open one, else the one that ended last. Holder and substitute are empty where that
# person may not fill a seat at all: a closed account, a service account, or a role that keeps out (%(kept_out)s).
NEWEST = """
    SELECT newest.seat, newest.since, holder.id AS holder_id, substitute.id AS substitute_id
    FROM (SELECT DISTINCT ON (seat) * FROM people_appointment ORDER BY seat, ended_at DESC NULLS FIRST, id DESC) AS newest
    LEFT JOIN eligible AS holder ON holder.id = newest.holder_id AND newest.ended_at IS NULL
    LEFT JOIN eligible AS substitute ON substitute.id = newest.substitute_id
"""
ELIGIBLE = """
    eligible AS (
        SELECT u.id FROM people_user u WHERE u.is_active AND NOT u.is_service AND NOT EXISTS (
            SELECT FROM people_roleassignment r WHERE r.user_id = u.id AND r.ended_at IS NULL AND r.role = ANY(%(kept_out)s)
        )
    )
"""


@dataclass(frozen=True)
class Named:
    """Whom the newest appointment of a seat names; None where nobody, or nobody who may."""

    seat: str
    holder_id: int | None
    substitute_id: int | None


@dataclass(frozen=True)
class Filled:
    """Who acts in a seat, and whether as the substitute."""

    user_id: int
    as_substitute: bool


def fill(appointments: Iterable[Named]) -> dict[str, Filled]:
    """Who fills which seat, from the newest appointments in the order they began. Where one person holds two, the second falls
    to its substitute, as does a vacant one. The arbiter may stand in; nobody else who fills a seat may fill another."""
    rows = list(appointments)
    filled: dict[str, Filled] = {}
    taken: set[int] = set()
    for row in rows:
        if row.holder_id is not None and row.holder_id not in taken:
            filled[row.seat] = Filled(row.holder_id, as_substitute=False)
            taken.add(row.holder_id)
    if ARBITER in filled:
        taken.discard(filled[ARBITER].user_id)
    for row in rows:
        if row.seat not in filled and row.substitute_id is not None and row.substitute_id not in taken:
            filled[row.seat] = Filled(row.substitute_id, as_substitute=True)
            taken.add(row.substitute_id)
    return filled
