"""Why a score moved between two moments: each stored step with its cause and who stood behind it, adding up exactly."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Subquery

from portal.people import organisations
from portal.record.models import AuditEntry
from risks import change, formula_changes, movers
from risks.change import Change
from risks.models import Levels, Risk, Score
from risks.scoring import ZERO


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a score; `actor` is who last touched what its terms come from, None where time alone did it. `formula` is the
    number of the version that took effect, where that is what happened."""

    score: Score
    change: Change
    actor: Any
    formula: int | None = None

    @property
    def points(self) -> Decimal:
        return self.change.points


@dataclass(frozen=True, slots=True)
class Moved:
    """The way of one risk's score from `before` to `after`; None where there was no score yet."""

    risk: Risk
    state: str
    before: Score | None
    after: Score | None
    events: tuple[Event, ...]

    @property
    def scores(self) -> list[Score]:
        """Every score on the way, the first one and each step."""
        return [*([self.before] if self.before is not None else []), *(event.score for event in self.events)]

    @property
    def points(self) -> Decimal:
        """The difference [points], which the events add up to; no number on one side counts as 0."""
        return (_value(self.after) or ZERO) - (_value(self.before) or ZERO)


def evening(day: date) -> datetime:
    """The last moment of `day` in the organisation's zone."""
    return organisations.morning(day + timedelta(days=1)) - timedelta(microseconds=1)


Entries = QuerySet[AuditEntry]


def moved(
    risk: Risk,
    since: datetime,
    until: datetime,
    state: str = Levels.Stage.CURRENT,
    read: Callable[[Entries], list[AuditEntry]] = list,
) -> Moved:
    """What happened to the score after `since`, up to and with `until`; another formula is an event of its own, told by the
    facts as they stood before it. Four queries at most, whatever the number of events; `read` reads the entries that tell who
    did it, for a page that reads others along in the same query."""
    rows = Score.objects.filter(risk=risk, state=state)
    stood = rows.filter(computed_at__lte=since).order_by("-pk").values("pk")[:1]
    steps = list(rows.filter(Q(computed_at__gt=since, computed_at__lte=until) | Q(pk=Subquery(stood))).order_by("pk"))
    before = steps.pop(0) if steps and steps[0].computed_at <= since else None
    pairs = list(zip([before, *steps], steps, strict=False))
    formulas = formula_changes.between(pairs)
    midway = [formulas.get(two.pk) for _one, two in pairs]
    changes = [
        change.explain(by_formula or (None if one is None else movers.as_result(one)), movers.as_result(two))
        for (one, two), by_formula in zip(pairs, midway, strict=True)
    ]
    actors = _actors(pairs, changes, read)
    signers = formula_changes.signers({by.formula_version for by in midway if by is not None})
    events: list[Event] = []
    for (one, two), by_formula, changed, actor in zip(pairs, midway, changes, actors, strict=True):
        if by_formula is not None and one is not None:
            number = by_formula.formula_version
            events.append(Event(two, change.explain(movers.as_result(one), by_formula), signers.get(number), number))
        if by_formula is None or changed.terms:
            events.append(Event(two, changed, actor))
    return Moved(risk, state, before, steps[-1] if steps else before, tuple(events))


def _actors(
    pairs: Sequence[tuple[Score | None, Score]], changes: Sequence[Change], read: Callable[[Entries], list[AuditEntry]]
) -> Iterable[Any]:
    """Who last wrote about the sources of each change, between the score before it and the new one."""
    sources = [{(term.source.kind, term.source.id) for term in one.terms if term.source} for one in changes]
    found = read(_entries(set().union(*sources), pairs[0][0], pairs[-1][1]) if pairs else AuditEntry.objects.none())
    entries = sorted(found, key=lambda entry: entry.pk, reverse=True)
    for (earlier, later), wanted in zip(pairs, sources, strict=True):
        yield next(
            (
                entry.actor
                for entry in entries
                if entry.at <= later.computed_at
                and (earlier is None or entry.at > earlier.computed_at)
                and (entry.kind, entry.subject_id) in wanted
            ),
            None,
        )


def _entries(subjects: set[tuple[str, int]], earliest: Score | None, latest: Score) -> Entries:
    """What people did to these subjects between two scores."""
    by_kind: dict[str, list[int]] = {}
    for kind, pk in subjects:
        by_kind.setdefault(kind, []).append(pk)
    entries = AuditEntry.objects.none()
    for kind, ids in by_kind.items():
        entries |= AuditEntry.objects.filter(kind=kind, subject_id__in=ids)
    if earliest is not None:
        entries = entries.filter(at__gt=earliest.computed_at)
    return entries.filter(actor__isnull=False, at__lte=latest.computed_at).select_related("actor")


def _value(score: Score | None) -> Decimal | None:
    return None if score is None else score.value
