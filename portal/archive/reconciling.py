"""Kept totals against the rows they are kept of, each night: a difference is a fault that administrators and auditors hear of, told
scope by scope, and mended by a change of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from django.db import connection, transaction
from django.db.models import Sum

from portal.people import announcements
from portal.people.models import Organisation, RoleAssignment
from portal.record import audit, totals
from portal.record.models import Total, TotalChange

DIFFERED = "totals.differed"
TOLD_TO = ("ADMIN", "AUDITOR")
MOST_TOLD = 50
Sums = Mapping[tuple[int, str], int]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one unit and everything below it: what was kept, and what the rows come to."""

    scope: int
    measure: str
    kept: int
    counted: int


_recounts: dict[str, Callable[[], Sums]] = {}


def add(prefix: str, recount: Callable[[], Sums]) -> None:
    """`recount()` counts every measure that begins with `prefix` from its rows. Once a prefix, in ready()."""
    _recounts[prefix] = recount


@transaction.atomic
def reconcile() -> list[Difference]:
    """Every total that differs from its rows; afterwards none does. Safe to run at any time: all is read at one moment, and what
    others add meanwhile is added to the mended sum."""
    if not connection.savepoint_ids:  # inside of another transaction there is one moment already
        connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    found = [one for prefix, recount in sorted(_recounts.items()) for one in _compared(_kept(prefix), recount())]
    if not found:
        return []
    totals.add((one.scope, one.measure, one.counted - one.kept) for one in found)
    told = [[one.scope, one.measure, one.kept, one.counted] for one in found[:MOST_TOLD]]
    log.error("totals.differed", count=len(found), sums=told)
    organisation = Organisation.objects.first()
    if organisation is not None:
        audit.record(None, DIFFERED, organisation, {"count": len(found), "sums": told})
        held = RoleAssignment.objects.filter(role__in=TOLD_TO, ended_at=None, user__is_active=True)
        announcements.tell(organisation, DIFFERED, held.values_list("user", flat=True), {"count": len(found)})
    return found


def _compared(kept: Sums, counted: Sums) -> list[Difference]:
    both = sorted(kept.keys() | counted.keys())
    pairs = [Difference(*key, kept.get(key, 0), counted.get(key, 0)) for key in both]
    return [one for one in pairs if one.kept != one.counted]


def _kept(prefix: str) -> Sums:
    sums: dict[tuple[int, str], int] = {}
    for model in (Total, TotalChange):
        rows = model.objects.filter(measure__startswith=prefix).order_by().values_list("scope", "measure")
        for scope, measure, amount in rows.annotate(sum=Sum("amount")):
            sums[scope, measure] = sums.get((scope, measure), 0) + amount
    return sums
