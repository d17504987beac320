"""Which risks moved, from where, and why; which ones stand in the safety lane."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Abs, Coalesce

from portal.people import organisations
from portal.people.models import Unit
from risks import change, proof, wording
from risks.change import Change
from risks.models import Levels, Risk, Score
from risks.scoring import ScoreResult

ZERO = Value(Decimal(0), output_field=Score._meta.get_field("value"))


@dataclass(frozen=True, slots=True)
class Mover:
    """A risk whose current score is another than on the morning of some day; `why` are its heaviest terms in words."""

    risk: Risk
    change: Change
    why: tuple[str, ...]
    was_at: tuple[int, int] | None  # (likelihood, impact) then; None where it was not rated
    is_at: tuple[int, int] | None

    @property
    def points(self) -> Decimal:
        return self.change.points


@dataclass(frozen=True, slots=True)
class Moved:
    """The biggest moves, and how many risks rose and fell in all."""

    movers: list[Mover]
    rose: int = 0
    fell: int = 0


def moves(since: date) -> QuerySet:
    """One score row a moved risk: the first of the open risk since that morning, whose `previous_value` is what it was.

    Read through a partial index on moves alone, so it costs what moved and not what there is.
    """
    first = (
        Score.objects.filter(
            state=Levels.Stage.CURRENT, previous_value__isnull=False, computed_at__gte=organisations.morning(since)
        )
        .order_by("risk_id", "id")
        .distinct("risk_id")
    )
    now = Coalesce(F("risk__score_state__current_value"), ZERO)
    return (
        Score.objects.filter(pk__in=first.values("pk"), risk__state=Risk.State.OPEN, risk__archived_at=None)
        .annotate(delta=now - F("previous_value"))
        .exclude(delta=0)
    )


def movers(user: Any, since: date, limit: int = 20, *, unit: Unit | None = None) -> list[Mover]:
    """The biggest changes of the current score since the morning of `since`, among what `user` may see (in `unit`)."""
    within = Q(risk__unit__in=Unit.objects.filter(path__startswith=unit.path)) if unit is not None else Q()
    return read(user, since, limit, within=within).movers


def read(user: Any, since: date, limit: int, *, within: Q) -> Moved:
    """The same `within` a part of the organisation, with how many rose and fell in all. Three queries, however many risks."""
    visible = moves(since).filter(within, risk__in=Risk.objects.visible_to(user))
    visible = visible.annotate(rose=Window(Count("pk", filter=Q(delta__gt=0))), fell=Window(Count("pk", filter=Q(delta__lt=0))))
    before = Score.objects.filter(risk=OuterRef("risk"), state=Levels.Stage.CURRENT, pk__lt=OuterRef("pk")).order_by("-pk")
    heaviest = visible.annotate(before_id=Subquery(before.values("pk")[:1])).order_by(-Abs("delta"), "risk_id")
    rows = list(heaviest[:limit])
    risks = Risk.objects.visible_to(user).select_related("unit", "score_state").in_bulk([row.risk_id for row in rows])
    then, now = _before_and_now(rows)
    found = []
    for row in rows:
        was, is_now = then.get(row.risk_id), now[row.risk_id]
        changed = change.explain(was, is_now)
        terms = sorted(changed.terms, key=lambda term: -abs(term.points))[:2]
        found.append(
            Mover(
                risk=risks[row.risk_id],
                change=changed,
                why=tuple(wording.change_label(term) for term in terms),
                was_at=_place(was),
                is_at=_place(is_now),
            )
        )
    return Moved(found, rows[0].rose if rows else 0, rows[0].fell if rows else 0)


def safety_lane(user: Any) -> QuerySet:
    """Open risks of safety level 4 or 5 now, highest score first, among what `user` may see."""
    return (
        Risk.objects.visible_to(user)
        .open()
        .current()
        .filter(score_state__is_safety=True)
        .select_related("unit", "score_state", "it_owner", "security_owner")
        .order_by(F("score_state__current_value").desc(nulls_last=True), "pk")
    )


def as_result(row: Score) -> ScoreResult:
    """A stored score as the calculations know it."""
    return ScoreResult(
        formula_version=row.formula_version,
        value=row.value,
        band=row.band or None,
        reason=row.reason or None,
        terms=proof.terms_from_json(row.terms),
    )


def _before_and_now(rows: Sequence[Score]) -> tuple[dict[int, ScoreResult], dict[int, ScoreResult]]:
    """By risk the score it had just before its row in `rows`, which know its id, and its newest one."""
    before = {row.before_id for row in rows}
    scores = Score.objects.filter(risk__in=[row.risk_id for row in rows], state=Levels.Stage.CURRENT)
    newest = scores.order_by("risk_id", "-pk").distinct("risk_id").values("pk")
    found = list(Score.objects.filter(Q(pk__in=newest) | Q(pk__in=before - {None})))
    then = {one.risk_id: as_result(one) for one in found if one.pk in before}
    return then, {one.risk_id: as_result(one) for one in found if one.pk not in before}


def _place(score: ScoreResult | None) -> tuple[int, int] | None:
    rating = next((term for term in score.terms if term.name == "rating"), None) if score else None
    return (int(rating.params["likelihood_level"]), int(rating.params["impact_level"])) if rating else None
