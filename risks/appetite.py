"""What we want to carry and what we still accept: agreed by category and unit, and the verdict on one score.

The nearest unit up the tree that says something holds, whole: its row of the category, else its row of all others. What is said
for no unit holds for the whole organisation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from portal import clock, turns
from portal.errors import Invalid, Stale
from portal.people import announcements, appointments, organisations
from portal.people.models import Unit
from portal.record import audit
from risks import bad_year
from risks.models import Appetite, Risk
from risks.scales import HIGHEST_POINTS
from risks.scoring import above_tolerance
from risks.signals import risk_changed

UNJUDGED = "unjudged"
WITHIN_APPETITE = "within-appetite"
WITHIN_TOLERANCE = "within-tolerance"
ABOVE_TOLERANCE = "above-tolerance"
KEY = "appetites"
ALL = ""  # the row of every category that has none of its own
OFFERED = (40, 60)  # a place to start from: up to Medium we carry, Severe and High we do not
AGREED = "appetite.agreed"
MOST_MONEY = Decimal(10) ** 16
LEAST_CHANCE = Decimal("0.0001")

Where = int | None  # the id of a unit; None: the whole organisation
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is agreed for one category: points of the score, and the mean yearly loss [organisation currency a year]. For all
    together: at most `bad_year_chance` [0–1] of years cost more than `bad_year_amount`."""

    appetite_points: int
    tolerance_points: int
    appetite_amount: Decimal | None = None
    tolerance_amount: Decimal | None = None
    bad_year_amount: Decimal | None = None
    bad_year_chance: Decimal | None = None

    @property
    def points(self) -> tuple[int, int]:
        return self.appetite_points, self.tolerance_points

    @property
    def money(self) -> tuple[Decimal | None, ...]:
        return self.appetite_amount, self.tolerance_amount, self.bad_year_amount, self.bad_year_chance


Wanted = Mapping[str, Bounds | tuple[int, int] | None]  # by category; a pair says points and leaves the money as it was


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a score stands to appetite and tolerance; `points_beyond` tolerance [points], negative below it."""

    state: str
    appetite_points: int | None = None
    tolerance_points: int | None = None
    points_beyond: Decimal | None = None
    bounds: Appetite | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open risks of a category have a score, and how many of them lie above what was asked about."""

    scored: int = 0
    above_appetite: int = 0
    above_tolerance: int = 0


def nearest(rows: Mapping[tuple[Where, str], Row], category: str, lineage: Sequence[int]) -> Row | None:
    """What of `rows` holds for `category` in the unit whose `lineage` (root first) this is."""
    for unit in (*reversed(lineage), None):
        for name in (category, ALL):
            if (unit, name) in rows:
                return rows[unit, name]
    return None


def current() -> dict[tuple[Where, str], Appetite]:
    """Every row that holds, by unit and category. One query."""
    return {(row.unit_id, row.category): row for row in Appetite.objects.current()}


def of_category(category: str, lineage: Sequence[int] = ()) -> Appetite | None:
    """The appetite that holds for `category` there. One query."""
    return nearest(current(), category, lineage)


def known(category: str, lineage: Sequence[int] = ()) -> Appetite | None:
    """The same as a page asks it: remembered for at most a minute, so that a change may show that much later elsewhere."""
    rows = cache.get(KEY)
    if rows is None:
        rows = current()
        cache.set(KEY, rows, 60)
    return nearest(rows, category, lineage)


def forget() -> None:
    """After a change."""
    cache.delete(KEY)


def judge(value: Decimal | None, appetite: Appetite | None) -> Verdict:
    """Where `value` [0–100 points] stands; unjudged without a number or without an appetite."""
    if value is None or appetite is None:
        return Verdict(UNJUDGED, bounds=appetite)
    tolerance = Decimal(appetite.tolerance_points)
    if above_tolerance(value, tolerance):
        state = ABOVE_TOLERANCE
    else:
        state = WITHIN_TOLERANCE if value > appetite.appetite_points else WITHIN_APPETITE
    return Verdict(state, appetite.appetite_points, appetite.tolerance_points, value - tolerance, appetite)


@transaction.atomic
def agree(
    wanted: Wanted, *, actor: Any, unit: Unit | None = None, versions: Mapping[str, int] | None = None
) -> dict[str, Appetite]:
    """Let these bounds hold in `unit` and below it (None: everywhere) by category, "" for all that have no row of their own; None
    ends a row. What is left out stays. Every open risk it touches is scored again, and both leaders are told.

    Raises Invalid by "appetite_IT", "tolerance_IT", "appetite_amount_IT" … (for all: "appetite_" …) or "unit", and Stale when
    a row is no longer at its version (0: there was none).
    """
    _check(wanted, unit)
    turns.wait_for("appetites")  # of two who say the first row of a kind at once, one comes second
    every = {(row.unit_id, row.category): row for row in Appetite.objects.select_for_update(of=("self",)).order_by("pk")}
    here = {category: row for (where, category), row in every.items() if where == (unit and unit.pk)}
    for category, version in (versions or {}).items():
        if version != (here[category].version if category in here else 0):
            raise Stale(_("Somebody else changed the appetite meanwhile. Load the page again."))
    said = {category: _as_bounds(bounds, here.get(category)) for category, bounds in wanted.items()}
    touched = [category for category, bounds in said.items() if bounds_of(here.get(category)) != bounds]
    moved = [category for category in touched if pair_of(here.get(category)) != (said[category] and said[category].points)]
    for category in touched:
        row = here.get(category) or Appetite(category=category, unit=unit, version=0)
        here[category] = every[row.unit_id, category] = _set(row, said[category], actor)
    if touched:
        _rescore(moved, unit, every)
        _tell(here[touched[0]], touched, actor)
    transaction.on_commit(forget)
    return {category: row for category, row in here.items() if row.archived_at is None}


def say(category: str, bounds: Bounds | None, *, actor: Any, unit: Unit | None, version: int | None) -> Appetite:
    """One row of `agree`, which it calls; `version` None says what is not said yet. Raises as it does, by the names of Bounds."""
    row = Appetite.objects.filter(category=category, unit=unit).first()
    if version is None and row is not None and row.archived_at is None:
        sentence = _("This is said already. Change that row.")
        raise Invalid(sentence, {"category": [sentence]})
    expected = version if version is not None else row.version if row else 0
    try:
        agree({category: bounds}, actor=actor, unit=unit, versions={category: expected})
    except Invalid as error:
        raise Invalid(str(error), {_field_of(name, category): told for name, told in error.fields.items()}) from None
    return Appetite.objects.get(category=category, unit=unit)


def _field_of(name: str, category: str) -> str:
    """The name of the bound that "tolerance_IT" speaks of."""
    stem = name.removesuffix(f"_{category}")
    return f"{stem}_points" if stem in ("appetite", "tolerance") else stem


def foresee(wanted: Wanted, unit: Unit | None = None) -> dict[str, Standing]:
    """What would lie above, by category: the open risks it would hold for, as they are scored now. Confidential ones are left
    out, because a small number would give them away. Three queries. Raises Invalid as `agree` does."""
    _check(wanted, unit)
    rows = current()
    paths = _paths(rows)
    conditions: dict[str, Any] = {}
    for category in Risk.Category.values:
        bounds = _as_bounds(wanted.get(category) or wanted.get(ALL), None)
        here = _governed(category, unit, rows, paths) & Q(score_state__current_value__isnull=False)
        if bounds is None:
            continue
        conditions[f"{category}_scored"] = Count("pk", filter=here)
        for name in ("appetite", "tolerance"):
            beyond = Q(score_state__current_value__gt=getattr(bounds, f"{name}_points"))
            conditions[f"{category}_{name}"] = Count("pk", filter=here & beyond)
    counted = Risk.objects.open().current().filter(is_confidential=False).aggregate(**conditions) if conditions else {}
    names = ("scored", "appetite", "tolerance")
    return {category: Standing(*(counted.get(f"{category}_{name}", 0) for name in names)) for category in Risk.Category.values}


def bounds_of(row: Appetite | None) -> Bounds | None:
    """What a row says while it holds, else None."""
    if row is None or row.archived_at is not None or not row.version:
        return None
    return Bounds(*(getattr(row, field.name) for field in fields(Bounds)))


def pair_of(row: Appetite | None) -> tuple[int, int] | None:
    """(appetite, tolerance) in points of a row that holds, else None."""
    bounds = bounds_of(row)
    return None if bounds is None else bounds.points


def _as_bounds(said: Bounds | tuple[int, int] | None, row: Appetite | None) -> Bounds | None:
    if said is None or isinstance(said, Bounds):
        return said
    kept = bounds_of(row)
    return Bounds(*said, *(kept.money if kept else ()))


def _set(row: Appetite, bounds: Bounds | None, actor: Any) -> Appetite:
    was = bounds_of(row)
    if bounds is None:
        row.archived_at = clock.now()
    else:
        for field in fields(Bounds):
            setattr(row, field.name, getattr(bounds, field.name))
        row.archived_at = None
    row.version += 1
    row.save()
    facts = {"category": row.category, "unit": row.unit_id, "was": _plain(was), "now": _plain(bounds)}
    audit.record(actor, AGREED if bounds else "appetite.ended", row, facts)
    bad_year.look_at(row, clock.now())
    return row


def _plain(bounds: Bounds | None) -> list[Any] | None:
    """Points, and what was said in money as strings, to the last that was said."""
    if bounds is None:
        return None
    *sums, chance = bounds.money
    told = [None if one is None else f"{one:.2f}" for one in sums] + [None if chance is None else f"{chance:.4f}"]
    while told and told[-1] is None:
        told.pop()
    return [*bounds.points, *told]


def _tell(row: Appetite, touched: Sequence[str], actor: Any) -> None:
    """What both leaders live by was changed by one person: they hear of it. Before the portal runs there is nobody to tell."""
    if actor is None or not organisations.is_set_up():
        return
    leaders = {who.person.pk for seat, who in appointments.filled().items() if seat in ("CIO", "CISO")}
    announcements.tell(row, AGREED, leaders - {actor.pk}, {"unit": row.unit_id, "kinds": list(touched)})


def _paths(rows: Mapping[tuple[Where, str], Any]) -> dict[int, str]:
    ids = {unit for unit, _category in rows if unit is not None}
    return dict(Unit.objects.filter(pk__in=ids).values_list("pk", "path")) if ids else {}


def _governed(category: str, unit: Unit | None, rows: Iterable[tuple[Where, str]], paths: Mapping[int, str]) -> Q:
    """The risks of `category` for which what `unit` says would hold: there, and no unit further down says something itself."""
    found = Q(category=category) & (Q(unit__path__startswith=unit.path) if unit else Q())
    top = unit.path if unit else "/"
    for other in {where for where, name in rows if where is not None and name in (category, ALL)}:
        if paths[other].startswith(top) and paths[other] != top:
            found &= ~Q(unit__path__startswith=paths[other])
    return found


def _rescore(touched: Iterable[str], unit: Unit | None, every: Mapping[tuple[Where, str], Appetite]) -> None:
    """Announce every open risk whose tolerance may be another one now."""
    held = {key for key, row in every.items() if row.archived_at is None}
    categories = set(touched)
    if ALL in categories:
        own = {name for where, name in held if where == (unit and unit.pk)}
        categories |= set(Risk.Category.values) - own
    paths = _paths(every)
    meant = Q(pk__in=())
    for category in sorted(categories - {ALL}):
        meant |= _governed(category, unit, held, paths)
    found = Risk.objects.open().current().filter(meant).order_by("pk")
    if ids := list(found.values_list("pk", flat=True)):
        risk_changed.send(Appetite, risk_ids=ids, cause=AGREED)


def _check(wanted: Wanted, unit: Unit | None) -> None:
    wrong: dict[str, list[str]] = {}
    if unit is not None and (unit.archived_at is not None or unit.parent_id is None):
        wrong["unit"] = [_("Choose a part of the organisation; what holds everywhere is said for no unit.")]
    for category, said in wanted.items():
        if category not in (ALL, *Risk.Category.values):
            wrong["category"] = [_("There is no such kind of risk.")]
        bounds = _as_bounds(said, None)
        if bounds is not None:
            wrong |= _wrong(category, bounds)
        elif category == ALL and unit is None:
            wrong["appetite_"] = [_("Say what holds for every kind that has no row of its own.")]
    if wrong:
        raise Invalid(_("Appetite and tolerance do not fit."), wrong)


def _wrong(category: str, bounds: Bounds) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    points = {"appetite": bounds.appetite_points, "tolerance": bounds.tolerance_points}
    amounts = {"appetite_amount": bounds.appetite_amount, "tolerance_amount": bounds.tolerance_amount}
    for name, value in points.items():
        if not 0 <= value <= HIGHEST_POINTS:
            wrong[f"{name}_{category}"] = [_("Points go from 0 to 100.")]
    for name, amount in amounts.items():
        if amount is not None and not (amount.is_finite() and 0 <= amount < MOST_MONEY):
            wrong[f"{name}_{category}"] = [_("Give a sum a year, 0 or more.")]
    wrong |= _wrong_years(category, bounds)
    if wrong:
        return wrong
    if bounds.appetite_points > bounds.tolerance_points:
        sentence = _("Tolerance lies at or above appetite: we accept at least what we want to carry.")
        wrong[f"tolerance_{category}"] = [sentence]
    missing = [name for name, amount in amounts.items() if amount is None]
    if len(missing) == 1:
        wrong[f"{missing[0]}_{category}"] = [_("Say both sums or neither.")]
    elif not missing and bounds.appetite_amount > bounds.tolerance_amount:
        wrong[f"tolerance_amount_{category}"] = [
            _("Tolerance lies at or above appetite: we accept at least what we want to carry.")
        ]
    return wrong


def _wrong_years(category: str, bounds: Bounds) -> dict[str, list[str]]:
    amount, chance = bounds.bad_year_amount, bounds.bad_year_chance
    if amount is None and chance is None:
        return {}
    wrong: dict[str, list[str]] = {}
    if category != ALL:
        sentence = _("Bad years are agreed for every kind together. Say it in the row of all.")
        return {f"bad_year_{name}_{category}": [sentence] for name in ("amount", "chance")}
    if amount is None:
        wrong["bad_year_amount_"] = [_("Say which sum a year may pass as seldom as that.")]
    elif not (amount.is_finite() and 0 < amount < MOST_MONEY):
        wrong["bad_year_amount_"] = [_("Give a sum above 0.")]
    if chance is None:
        wrong["bad_year_chance_"] = [_("Say how likely, at most, a year may pass that sum.")]
    elif not (chance.is_finite() and LEAST_CHANCE <= chance <= 1 - LEAST_CHANCE):
        wrong["bad_year_chance_"] = [_("Give a chance from 0.01 to 99.99 percent.")]
    return wrong
