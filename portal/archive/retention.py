"""Disposal: what goes because its time is over, what a hold keeps back, and the log of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from portal import clock
from portal.archive import holds, periods
from portal.archive.authority import require
from portal.archive.models import Disposal, LegalHold
from portal.archive.periods import Period
from portal.record import audit

BATCH = 200
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Line:
    """One line of the table today: how many rows would go now, how many a hold keeps back."""

    period: Period
    going: int
    held: int


def preview(now: datetime | None = None) -> list[Line]:
    """What a disposal would do at this moment."""
    moment, open_holds = now or clock.now(), holds.open_holds()
    lines = []
    for period in periods.table():
        kept = _kept(period, open_holds)
        found = period.due(moment).aggregate(every=Count("pk"), held=Count("pk", filter=kept))
        lines.append(Line(period, found["every"] - found["held"], found["held"]))
    return lines


def dispose(*, actor: Any) -> Disposal | None:
    """Remove what is over and not held, and write down how many; None where nothing was. PermissionDenied."""
    require(actor, "archive.dispose")
    moment, open_holds = clock.now(), holds.open_holds()
    removed, held = {}, {}
    for period in periods.table():
        due = period.due(moment)
        count = _remove(due.exclude(_kept(period, open_holds)))
        kept = due.count() if open_holds else 0
        removed |= {period.key: count} if count else {}
        held |= {period.key: kept} if kept else {}
    log.info("archive.disposed", removed=removed, held=held)
    if not removed:
        return None
    with transaction.atomic():
        disposal = Disposal.objects.create(started_by=actor, removed=removed, held=held)
        audit.record(actor, "disposal.run", disposal, {"removed": removed, "held": held})
    return disposal


def _kept(period: Period, open_holds: Sequence[LegalHold]) -> Q:
    """What a hold keeps back. A hold's days are compared with the day from which the time is counted."""
    kept = Q(pk__in=())
    for span in holds.spans(period.key, open_holds):
        within = ~Q(pk__in=())
        if span.covers_from:
            within &= Q(**{f"{period.counted_from}__gte": span.covers_from})
        if span.covers_to:
            within &= Q(**{f"{period.counted_from}__lt": span.covers_to + timedelta(days=1)})
        kept |= within if span.subjects is None else within & period.about(span.subjects)
    return kept


def _remove(rows: QuerySet) -> int:
    """In short transactions, each with its own rows and what hangs on them."""
    gone = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=keys).delete()
        gone += len(keys)
    return gone
