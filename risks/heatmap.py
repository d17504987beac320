"""How many open risks stand in each cell of likelihood and impact, for a part of the organisation."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.urls import reverse

from portal import clock
from portal.people import organisations
from portal.people.models import Unit
from portal.people.reach import grants
from portal.record import totals
from portal.web import charts
from portal.web.charts.heat_map import MOST_ARROWS
from portal.web.listing import address
from risks import appetite, hidden, movers, scales, wording
from risks.models import Risk

MEASURE, UNSCORED = "risks.cell.", "risks.unscored"
HIGHEST_RATING = Decimal(scales.HIGHEST_LEVEL**2)
DAYS_OF_MOVES = 30

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Heat:
    """The heat map of `scope` as one reader sees it. `withheld`: hidden risks count only in groups."""

    scope: Unit
    map: charts.HeatMap
    movers: list[movers.Mover]
    unscored: int
    unscored_url: str
    withheld: bool
    at: datetime


def cells(scope: Unit, user: Any) -> list[charts.Cell]:
    """The 25 cells of `scope`, each with the address of exactly the rows it counts. Three queries, whatever there is.

    Read from the totals of the scope; hidden risks count in a cell in the groups in which the register behind it counts them.
    """
    counts, _, _ = _counts(scope, user)
    return [_cell(scope, user, position, counts[position]) for position in _positions()]


def drawn(scope: Unit, user: Any) -> Heat:
    """The heat map as a page shows it, with the movers of the last 30 days."""
    counts, unscored, withheld = _counts(scope, user)
    moved = movers.movers(user, organisations.today() - timedelta(days=DAYS_OF_MOVES), MOST_ARROWS, unit=scope)
    return Heat(
        scope=scope,
        map=draw([_cell(scope, user, position, counts[position]) for position in _positions()], moved),
        movers=moved,
        unscored=unscored,
        unscored_url=_rows(scope, user, band="NONE"),
        withheld=withheld,
        at=clock.now(),
    )


def draw(cells: Sequence[charts.Cell], moved: Iterable[movers.Mover]) -> charts.HeatMap:
    """25 cells and the movers among them, with the words of the scales and the line of tolerance."""
    return charts.heat_map(
        cells,
        [_arrow(one) for one in moved if one.is_at is not None],
        likelihood_words=[str(word) for word in wording.LIKELIHOODS.values()],
        impact_words=[str(word) for word in wording.IMPACTS.values()],
        beyond_tolerance=_beyond(),
    )


def band_of(likelihood_level: int, impact_level: int) -> str:
    """The band that colours a cell."""
    return scales.band_of(rating_points(likelihood_level, impact_level)).key


def scope_of(user: Any) -> Unit:
    """The part of the organisation a reader looks at first: all of it, or the topmost unit of their own."""
    seen, current = grants(user), Unit.objects.filter(archived_at=None)
    if not seen.everywhere and seen.unit_paths:
        return current.get(path=seen.unit_paths[0])
    return current.filter(parent=None).earliest("pk")


def rating_points(likelihood_level: int, impact_level: int) -> Decimal:
    """Likelihood × impact on the scale 0–100, so that the highest rating is 100: what colours a cell."""
    return likelihood_level * impact_level * scales.HIGHEST_POINTS / HIGHEST_RATING


def _counts(scope: Unit, user: Any) -> tuple[Counter[Position], int, bool]:
    """How many one counts in each cell and how many wait for their levels; whether hidden ones may be left out."""
    if not _covers(scope, user):
        return _visible(scope, user), 0, False
    every, unscored = _read(scope, MEASURE), totals.read(scope.pk, prefix=UNSCORED).get(UNSCORED, 0)
    known = hidden.of(user)
    if not known.are_there:
        return every, unscored, False
    shut = known.within([scope.path])
    cells = every - Counter(one.cell for one in shut.all if one.cell) + shut.by(lambda one: one.cell)
    waiting = len(shut.where(lambda one: one.current_value is None)) - sum(one.current_value is None for one in shut.all)
    return cells, unscored + waiting, True


def _covers(scope: Unit, user: Any) -> bool:
    seen = grants(user)
    reaches = seen.reaches(scope.path)
    return reaches and "risks.view_risk" in seen.permissions


def _read(scope: Unit, prefix: str) -> Counter[Position]:
    found = totals.read(scope.pk, prefix=prefix)
    return Counter({_position(measure.removeprefix(prefix)): amount for measure, amount in found.items()})


def _visible(scope: Unit, user: Any) -> Counter[Position]:
    rated = Risk.objects.visible_to(user).open().current().filter(score_state__current_value__isnull=False)
    inside = rated.filter(unit__in=Unit.objects.filter(path__startswith=scope.path)).order_by()
    found = inside.values_list("score_state__likelihood_level", "score_state__impact_level").annotate(Count("pk"))
    return Counter({(likelihood, impact): count for likelihood, impact, count in found})


def _position(text: str) -> Position:
    likelihood, impact = text.split(".")
    return int(likelihood), int(impact)


def _positions() -> list[Position]:
    return [(likelihood, impact) for likelihood in scales.LEVELS for impact in scales.LEVELS]


def _cell(scope: Unit, user: Any, position: Position, count: int) -> charts.Cell:
    likelihood, impact = position
    return charts.Cell(
        likelihood_level=likelihood,
        impact_level=impact,
        count=count,
        band=band_of(likelihood, impact),
        url=_rows(scope, user, likelihood=likelihood, impact=impact),
    )


def _rows(scope: Unit, user: Any, **filters: Any) -> str:
    whole = scope.parent_id is None and grants(user).everywhere
    return reverse("risks:register") + address({}, **filters, unit=None if whole else scope.pk)


def _arrow(mover: movers.Mover) -> charts.Mover:
    return charts.Mover(mover.risk.number, mover.was_at, mover.is_at, reverse("risks:risk", args=[mover.risk.pk]))


def _beyond() -> set[Position]:
    """The cells beyond the tolerance for everything that has no own one."""
    general = appetite.known("")
    if general is None:
        return set()
    return {position for position in _positions() if rating_points(*position) > general.tolerance_points}
