"""What we want to carry and what we still accept: agreed by category, and the verdict on one score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid, Stale
from portal.record import audit
from risks.models import Appetite, Risk
from risks.scales import HIGHEST_POINTS
from risks.scoring import above_tolerance
from risks.signals import risk_changed

UNJUDGED = "unjudged"
WITHIN_APPETITE = "within-appetite"
WITHIN_TOLERANCE = "within-tolerance"
ABOVE_TOLERANCE = "above-tolerance"
KEY = "appetite"
ALL = ""  # the row of every category that has none of its own
OFFERED = (40, 60)  # a place to start from: up to Medium we carry, Severe and High we do not


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a score stands to appetite and tolerance; `points_beyond` tolerance [points], negative below it."""

    state: str
    appetite_points: int | None = None
    tolerance_points: int | None = None
    points_beyond: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open risks of a category have a score, and how many of them lie above what was asked about."""

    scored: int = 0
    above_appetite: int = 0
    above_tolerance: int = 0


def of_category(category: str) -> Appetite | None:
    """The appetite of `category`, else the one for all, else None. One query."""
    rows = {row.category: row for row in Appetite.objects.current().filter(category__in=[category, ALL])}
    return rows.get(category, rows.get(ALL))


def known(category: str) -> Appetite | None:
    """The same as a page asks it: remembered for at most a minute, so that a change may show that much later elsewhere."""
    rows = cache.get(KEY)
    if rows is None:
        rows = {row.category: row for row in Appetite.objects.current()}
        cache.set(KEY, rows, 60)
    return rows.get(category, rows.get(ALL))


def forget() -> None:
    """After a change."""
    cache.delete(KEY)


def judge(value: Decimal | None, appetite: Appetite | None) -> Verdict:
    """Where `value` [0–100 points] stands; unjudged without a number or without an appetite."""
    if value is None or appetite is None:
        return Verdict(UNJUDGED)
    tolerance = Decimal(appetite.tolerance_points)
    if above_tolerance(value, tolerance):
        state = ABOVE_TOLERANCE
    else:
        state = WITHIN_TOLERANCE if value > appetite.appetite_points else WITHIN_APPETITE
    return Verdict(state, appetite.appetite_points, appetite.tolerance_points, value - tolerance)


@transaction.atomic
def agree(
    wanted: Mapping[str, tuple[int, int] | None], *, actor: Any, versions: Mapping[str, int] | None = None
) -> dict[str, Appetite]:
    """Let (appetite, tolerance) [0–100 points] hold by category, "" for all that have no row of their own; None ends the row
    of a category. What is left out stays. Every open risk it touches is scored again.

    Raises Invalid by "appetite_IT", "tolerance_IT" (for all: "appetite_", "tolerance_"), and Stale when a row is no longer
    at its version (0: there was none).
    """
    _check(wanted)
    rows = {row.category: row for row in Appetite.objects.select_for_update().order_by("pk")}
    for category, version in (versions or {}).items():
        if version != (rows[category].version if category in rows else 0):
            raise Stale(_("Somebody else changed the appetite meanwhile. Load the page again."))
    touched = [category for category, pair in wanted.items() if pair_of(rows.get(category)) != pair]
    for category in touched:
        rows[category] = _set(rows.get(category) or Appetite(category=category, version=0), wanted[category], actor)
    _rescore(touched, rows)
    transaction.on_commit(forget)
    return {category: row for category, row in rows.items() if row.archived_at is None}


def foresee(wanted: Mapping[str, tuple[int, int] | None]) -> dict[str, Standing]:
    """What would lie above, by category: the open risks as they are scored now. Confidential ones are left out, because a
    small number would give them away. One query. Raises Invalid as `agree` does."""
    _check(wanted)
    conditions: dict[str, Any] = {}
    for category in Risk.Category.values:
        pair = wanted.get(category) or wanted.get(ALL)
        here = Q(category=category, score_state__current_value__isnull=False)
        conditions[f"{category}_scored"] = Count("pk", filter=here)
        for name, points in zip(("appetite", "tolerance"), pair or (), strict=False):
            beyond = Q(score_state__current_value__gt=points)
            conditions[f"{category}_{name}"] = Count("pk", filter=here & beyond)
    counted = Risk.objects.open().current().filter(is_confidential=False).aggregate(**conditions)
    return {
        category: Standing(
            counted[f"{category}_scored"], counted.get(f"{category}_appetite", 0), counted.get(f"{category}_tolerance", 0)
        )
        for category in Risk.Category.values
    }


def pair_of(row: Appetite | None) -> tuple[int, int] | None:
    """(appetite, tolerance) of a row that holds, else None."""
    return (row.appetite_points, row.tolerance_points) if row is not None and row.archived_at is None else None


def _set(row: Appetite, pair: tuple[int, int] | None, actor: Any) -> Appetite:
    was = pair_of(row) if row.pk else None
    if pair is None:
        row.archived_at = clock.now()
    else:
        row.appetite_points, row.tolerance_points = pair
        row.archived_at = None
    row.version += 1
    row.save()
    facts = {"category": row.category, "was": was and list(was), "now": pair and list(pair)}
    audit.record(actor, "appetite.agreed" if pair else "appetite.ended", row, facts)
    return row


def _rescore(touched: Iterable[str], rows: Mapping[str, Appetite]) -> None:
    """Announce every open risk whose tolerance may be another one now."""
    categories = set(touched)
    if ALL in categories:
        own = {category for category, row in rows.items() if row.archived_at is None}
        categories |= set(Risk.Category.values) - own
    found = Risk.objects.open().current().filter(category__in=categories - {ALL}).order_by("pk")
    if ids := list(found.values_list("pk", flat=True)):
        risk_changed.send(Appetite, risk_ids=ids, cause="appetite.agreed")


def _check(wanted: Mapping[str, tuple[int, int] | None]) -> None:
    wrong: dict[str, list[str]] = {}
    for category, pair in wanted.items():
        if category not in (ALL, *Risk.Category.values):
            wrong["category"] = [_("There is no such kind of risk.")]
        if pair is None:
            if category == ALL:
                wrong["appetite_"] = [_("Say what holds for every kind that has no row of its own.")]
            continue
        for name, points in zip(("appetite", "tolerance"), pair, strict=True):
            if not 0 <= points <= HIGHEST_POINTS:
                wrong[f"{name}_{category}"] = [_("Points go from 0 to 100.")]
        if not wrong and pair[0] > pair[1]:
            wrong[f"tolerance_{category}"] = [_("Tolerance lies at or above appetite: we accept at least what we want to carry.")]
    if wrong:
        raise Invalid(_("Appetite and tolerance do not fit."), wrong)
