"""Why a score is what it is, and why it moved: stored terms, in words and bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from portal import subjects
from portal.people import organisations
from portal.web import charts, shown
from risks import change, movers, wording
from risks.models import Risk, Score
from risks.scores import Event, Moved
from risks.scoring import ScoreResult, Source

MOST_STEPS = 12  # more of them are told term by term

Names = Mapping[tuple[str, int], tuple[str, str]]  # (kind, id) → (label, url)


@dataclass(frozen=True, slots=True)
class Why:
    """A stored score with its waterfalls: what the risk itself weighs, then what we let slide (None without care terms)."""

    score: Score
    fall: charts.Waterfall
    care: charts.Waterfall | None

    @property
    def value_without_care(self) -> Decimal:
        return self.fall.total


@dataclass(frozen=True, slots=True)
class Move:
    """The way from one stored score to a later one; `fall` is None where nothing moved."""

    since: date
    until: date | None
    before: Score | None
    after: Score
    points: Decimal
    fall: charts.Waterfall | None

    @property
    def points_down(self) -> Decimal:
        """How far it fell [points]."""
        return -self.points


def newest(risk: Risk, stage: str, *, until: date | None = None) -> Score | None:
    """The score that stood at the end of `until` (None: now)."""
    rows = Score.objects.filter(risk=risk, state=stage)
    if until is not None:
        rows = rows.filter(computed_at__lt=organisations.morning(until + timedelta(days=1)))
    return rows.order_by("-pk").first()


def sources(scores: Sequence[Score | None], user: Any, known: Mapping[tuple[str, int], Any] | None = None) -> Names:
    """The names of what terms come from, where `user` may open it; `known` rows are not asked for. One query a kind."""
    pairs = {
        (term["source"]["kind"], term["source"]["id"])
        for score in scores
        if score is not None
        for term in score.terms
        if term["source"] and term["source"]["kind"] != "risk"
    }
    known = known or {}
    found = subjects.fetch(sorted(pairs - set(known)), user) | {key: known[key] for key in pairs & set(known)}
    return {key: (subjects.of_kind(key[0]).label(row), subjects.of_kind(key[0]).url(row)) for key, row in found.items()}


def explain(score: Score | None, names: Names, tolerance: Decimal | None) -> Why | None:
    """The terms of `score` as bars, care terms apart; None where there is no number."""
    if score is None or score.value is None:
        return None
    terms = movers.as_result(score).terms
    own = [_step(wording.term_label(term), term.points, term.source, names) for term in terms if not term.care]
    care = [_step(wording.term_label(term), term.points, term.source, names) for term in terms if term.care]
    fall = charts.waterfall(own, limit=tolerance)
    return Why(score, fall, charts.waterfall(care, start=fall.total, limit=tolerance) if care else None)


def explain_move(since: date, until: date | None, moved: Moved, names: Names) -> Move | None:
    """What moved the score between the evenings of `since` and `until`, adding up to the difference exactly: each step with
    its day and who stood behind it, or term by term where there were too many steps. None where there is no score."""
    if moved.after is None:
        return None
    known = _result(moved.before)
    terms = change.explain(known, movers.as_result(moved.after)).terms
    told = [(event, term) for event in moved.events for term in event.change.terms if term.points]
    if len(told) > MOST_STEPS:
        steps = [_step(wording.change_label(term), term.points, term.source, names) for term in terms]
    elif told and terms:
        steps = [
            _step(_told(event, term), term.points, term.source, names, _behind(event), event.score.computed_at)
            for event, term in told
        ]
    else:
        steps = []
    start = known.value if known is not None and known.value is not None else Decimal(0)
    return Move(since, until, moved.before, moved.after, moved.points, charts.waterfall(steps, start=start) if steps else None)


def _told(event: Event, term: change.ChangeTerm) -> str:
    said = wording.change_label(term)
    return said if event.formula is None else f"{wording.formula_label(event.formula)}: {said}"


def _behind(event: Event) -> str:
    """What happened, and who did it."""
    told = wording.causes(event.score.cause)
    return told if event.actor is None else f"{told}, {event.actor.name}"


def _result(score: Score | None) -> ScoreResult | None:
    return None if score is None else movers.as_result(score)


def _step(
    label: str, points: Decimal, source: Source | None, names: Names, behind: str = "", at: datetime | None = None
) -> charts.Step:
    name, url = names.get((source.kind, source.id), ("", "")) if source else ("", "")
    note = ", ".join(part for part in (name, behind) if part)
    return charts.Step(label=label, points=points, note=note, url=url, when=shown.date_short(at) if at else "")
