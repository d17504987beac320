"""Disposal: what goes because its time is over, what a hold keeps back, and the log of both.

Most rows go themselves. Of what was decided only the words go, by redaction: the rows prove who decided what and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from portal import at_once, clock, subjects
from portal.archive import holds, periods, redactions
from portal.archive.authority import require
from portal.archive.errors import Held
from portal.archive.models import Disposal, LegalHold
from portal.archive.periods import Period
from portal.record import audit, redacting

BATCH = 2000
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Line:
    """One line of the table today: how many rows would go, or lose their words, now; how many a hold keeps back."""

    period: Period
    going: int
    held: int


@dataclass(frozen=True)
class Outcome:
    """What one run took and what holds kept back, rows by line of the table."""

    removed: dict[str, int]
    held: dict[str, int]


def preview(now: datetime | None = None) -> list[Line]:
    """What a disposal would do at this moment. Two queries, however long the table is."""
    moment, open_holds, asked = now or clock.now(), holds.open_holds(), {}
    for period in periods.table():
        due = period.due(moment)
        asked |= {f"{period.key} due": due, f"{period.key} held": due.filter(_kept(period, open_holds))}
    found = at_once.counts(asked)
    held = {period.key: found[f"{period.key} held"] for period in periods.table()}
    return [Line(one, found[f"{one.key} due"] - held[one.key], held[one.key]) for one in periods.table()]


def dispose(*, actor: Any) -> Outcome | None:
    """Remove what is over and not held, and write down how many, line by line; None where nothing was. PermissionDenied.

    What goes wrong in one line stops no other; it is raised when all are through.
    """
    require(actor, "archive.dispose")
    moment = clock.now()
    found, failed = Outcome({}, {}), []
    for period in periods.table():
        try:
            count = _forget(period, moment, actor, failed) if period.words_of else _remove(period, moment, actor)
            kept = period.due(moment).count() if holds.open_holds() else 0
        except Exception as error:
            log.exception("archive.disposal_failed", line=period.key)
            failed.append(error)
            continue
        found.removed.update({period.key: count} if count else {})
        found.held.update({period.key: kept} if kept else {})
    log.info("archive.disposed", removed=found.removed, held=found.held, failed=len(failed))
    if failed:
        raise failed[0]
    return found if found.removed else None


def _write_down(period: Period, count: int, moment: datetime, actor: Any) -> None:
    if count:
        kept = period.due(moment).count() if holds.open_holds() else 0
        told = {"removed": {period.key: count}, "held": {period.key: kept} if kept else {}}
        audit.record(actor, "disposal.run", Disposal.objects.create(started_by=actor, **told), told)


def _kept(period: Period, open_holds: Sequence[LegalHold]) -> Q:
    """What a hold keeps back. A hold's days are compared with the day from which the time is counted."""
    if period.words_of:
        return _words_kept(period, open_holds)
    kept = Q(pk__in=())
    for span in holds.spans(period.key, open_holds):
        within = ~Q(pk__in=())
        if span.covers_from:
            within &= Q(**{f"{period.counted_from}__gte": period.begin(span.covers_from)})
        if span.covers_to:
            within &= Q(**{f"{period.counted_from}__lt": period.begin(span.covers_to + timedelta(days=1))})
        kept |= within if span.subjects is None else within & period.about(span.subjects)
    return kept


def _words_kept(period: Period, open_holds: Sequence[LegalHold]) -> Q:
    """As a hold stops a redaction, whatever its days: words of any day may tell of them. A hold on what stands beside a row, or on
    all of its kind, keeps the row's words as well."""
    own_kinds = {one.model: name for name, one in subjects.all_kinds().items()}
    beside = [(own_kinds[one.model], one) for one in redacting.beside(period.words_of) if one.model in own_kinds]
    whole = {period.words_of, *(kind for kind, _one in beside)}
    if any(hold.covers_everything or whole & set(hold.kinds) for hold in open_holds):
        return ~Q(pk__in=())
    about = sorted({(kind, pk) for hold in open_holds for kind, pk in hold.subjects})
    if not about:
        return Q(pk__in=())
    kept = Q(pk__in=[pk for kind, pk in about if kind == period.words_of]) | period.about(about)
    for kind, one in beside:
        if ids := [pk for named, pk in about if named == kind]:
            rows = one.model_class._default_manager.filter(pk__in=ids, **one.rows(period.words_of, OuterRef("pk")))
            kept |= Q(Exists(rows))
    return kept


def _forget(period: Period, moment: datetime, actor: Any, failed: list[Exception]) -> int:
    """One subject at a time, each with all its words and its own redaction, which is logged with it; a hold placed meanwhile keeps
    the rest. What goes wrong with one is told to `failed`."""
    gone = 0
    going = period.due(moment).exclude(_kept(period, holds.open_holds()))
    for pk in list(going.order_by("pk").values_list("pk", flat=True)):
        try:
            redactions.by_retention(period.words_of, pk, actor=actor)
        except Held:
            continue
        except Exception as error:
            log.exception("archive.disposal_failed", line=period.key, subject=pk)
            failed.append(error)
            continue
        gone += 1
    with transaction.atomic():
        _write_down(period, gone, moment, actor)
    return gone


def named(line: Line, user: Any, most: int = 20) -> tuple[list[tuple[str, str]], int]:
    """Whose words would go now, (label, address), as far as `user` may open them, oldest first; and how many there are besides."""
    kind = subjects.of_kind(line.period.words_of)
    due = line.period.due(clock.now()).exclude(_kept(line.period, holds.open_holds())).values("pk")
    seen = [(kind.label(row), kind.url(row)) for row in kind.named_to(user).filter(pk__in=due).order_by("pk")[:most]]
    return seen, line.going - len(seen)


def _remove(period: Period, moment: datetime, actor: Any) -> int:
    """In short transactions, each with its own rows, what hangs on them and its line in the log; a hold placed meanwhile keeps the
    rest."""
    gone = 0
    while count := _remove_batch(period, moment, actor):
        gone += count
    return gone


@transaction.atomic
def _remove_batch(period: Period, moment: datetime, actor: Any) -> int:
    going = period.due(moment).exclude(_kept(period, holds.open_holds()))
    keys = list(going.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if keys:
        going.model._default_manager.filter(pk__in=keys).delete()
        _write_down(period, len(keys), moment, actor)
    return len(keys)
