"""The terms as they are kept: read once a day while both agree, and shown from what was kept. A screen computes none of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from governance.together import alignment_terms
from governance.together.alignment_terms import FORMULA, MEASURED, NOT_ENOUGH_DATA, NOT_MEASURED_YET, TERMS, Measured, Row
from governance.together.models import AlignmentReading, Decision
from portal import clock


def note(today: date) -> int:
    """Keep all eight as they stand; returns how many differ from what was kept last."""
    kept = {one.term: one for one in _newest()}
    fresh = []
    for one in alignment_terms.read(today):
        rows = [[row.kind, row.id, row.went_well, row.part] for row in one.rows]
        last = kept.get(one.key)
        if last is None or last.state != one.state or last.rows != rows or last.read_on != today:
            facts = {"term": one.key, "formula": FORMULA, "read_on": today, "known_at": clock.now()}
            fresh.append(AlignmentReading(state=one.state, rows=rows, **facts))
    AlignmentReading.objects.bulk_create(fresh)
    return len(fresh)


def newest(at: datetime | None = None) -> tuple[Sequence[Measured], date | None]:
    """All eight as they were kept last, or as they were known `at` a moment, and of which day. What has become privileged since
    counts no more. Two queries."""
    kept = {one.term: one for one in _newest(at)}
    private = set(Decision.objects.filter(is_privileged=True).values_list("pk", flat=True)) if kept else set()
    found = [_measured(key, kept.get(key), private) for key in TERMS]
    return found, max((one.read_on for one in kept.values()), default=None)


def _newest(at: datetime | None = None):
    rows = AlignmentReading.objects.filter(formula=FORMULA)
    if at is not None:
        rows = rows.filter(known_at__lte=at)
    return rows.order_by("term", "-id").distinct("term")


def _measured(key: str, kept: AlignmentReading | None, private: set[int]) -> Measured:
    if kept is None:
        return Measured(key, NOT_MEASURED_YET)
    rows = [Row(*told) for told in kept.rows if told[0] != "decision" or told[1] not in private]
    if kept.state == MEASURED and not rows:
        return Measured(key, NOT_ENOUGH_DATA)
    found = Measured(key, kept.state, tuple(rows))
    return replace(found, share=alignment_terms.share_of(rows)) if kept.state == MEASURED else found
