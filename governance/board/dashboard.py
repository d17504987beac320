"""Today: the position of a scope, what needs the reader, and what moved. Reads stored scores and totals, computes nothing."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import F
from django.urls import reverse

from governance.board import beginning as beginning_of
from governance.board import between as between_us
from governance.board import figures as figures_of
from governance.board import ground, money, needs, position, scope
from governance.board.beginning import Beginning
from governance.board.between import Between
from governance.board.figures import Figures
from governance.board.ground import Ground
from governance.board.needs import Need
from governance.board.position import Sentence
from governance.board.scope import Scope
from governance.compliance import practice_book
from governance.compliance.practice_book import Tile
from portal import clock
from portal.people import organisations, reach
from portal.web.charts import Sparkline
from portal.web.charts.heat_map import MOST_ARROWS, Cell, HeatMap
from risks import concern_book, heatmap, listing, movers, scales, wording
from risks.models import Risk
from risks.movers import Moved, Mover

MOVED_WITHIN_DAYS = 30
MOST_MOVERS = 5
MOST_IN_LANE = 7

# The same tiles and the same numbers for the same scope; who comes for what decides the order.
ORDERS = (
    (
        {"CIO", "CISO", "CSO", "ARBITER", "PREPARER"},
        ("needs", "safety", "exposure", "movers", "between", "exceptions", "change", "compliance", "reviews", "assets"),
    ),
    (
        {"BOARD", "AUDITOR"},
        ("safety", "exposure", "movers", "between", "exceptions", "change", "compliance", "reviews", "assets", "needs"),
    ),
    ({"ENGINEER"}, ("needs", "assets", "reviews", "owned", "safety", "exposure", "movers")),
    ({"COLLEAGUE"}, ("concerns",)),
    ({"ADMIN"}, ("needs", "ground")),
)
PERSONAL = frozenset({"needs", "owned", "concerns", "ground"})  # of the reader, whatever part they look at
USUAL_ORDER = ("needs", "owned", "safety", "exposure", "movers", "exceptions", "change", "compliance", "reviews", "assets")


@dataclass(frozen=True)
class Move:
    """A risk that moved, and what every term of its score did: words and points, which add up to the move."""

    mover: Mover
    spark: Sparkline

    @property
    def why(self) -> list[tuple[str, Decimal]]:
        terms = sorted(self.mover.change.terms, key=lambda term: -abs(term.points))
        return [(wording.change_label(term), term.points) for term in terms if term.points]


@dataclass(frozen=True)
class Dashboard:
    """Everything Today shows, and the API's `dashboard` gives."""

    scope: Scope
    at: datetime
    today: date
    since: date
    figures: Figures
    sentence: Sentence
    needs: list[Need]
    next: Need | None  # what comes after, where nothing needs the reader now
    waiting: list[Need]
    heat: HeatMap | None
    movers: list[Move]
    rose: int
    fell: int
    moved_url: str
    safety: list[Risk]
    owned: list[Risk]
    concerns: list[concern_book.Line]
    between: Between | None
    compliance: Tile | None
    ground: Ground | None
    beginning: Beginning
    tiles: tuple[str, ...]

    @property
    def moved(self) -> int:
        """How many moved in all, shown or not."""
        return self.rose + self.fell

    @property
    def bands(self) -> list[dict]:
        """The bands from the worst down, each with its figure."""
        return [{"key": band.key, "figure": self.figures.of(f"band.{band.key}")} for band in reversed(scales.BANDS)]

    @property
    def withheld(self) -> bool:
        """True where hidden risks count in groups alone."""
        return any(figure.left_out for figure in self.figures.by_key.values())


def build(user, unit: str = "") -> Dashboard:
    """Today for `user`, or the same of one unit by its id; a constant number of queries. Raises Http404 for one beyond theirs."""
    where = scope.of(user, unit)
    known = figures_of.read(user, where)
    first = beginning_of.of(user)
    tiles = first.without_empty(_order(reach.grants(user).names))
    if where.is_part:
        first, tiles = replace(first, steps=()), tuple(tile for tile in tiles if tile not in PERSONAL)
    sees_risks = bool(where.units) and user.has_perm("risks.view_risk")
    rated = between_us.rounds(user, where, needs.MOST_CARDS) if sees_risks and "between" in tiles else between_us.NO_ROUNDS
    mine, waiting = ([], []) if where.is_part else needs.both(user, where, rated.waiting)
    today = organisations.today()
    since = today - timedelta(days=MOVED_WITHIN_DAYS)
    risks = Risk.objects.visible_to(user).filter(where.within("unit"), state=Risk.State.OPEN)
    moved = movers.read(user, since, MOST_ARROWS, within=where.within("risk__unit")) if sees_risks else Moved([])
    looked_after = ground.read() if "ground" in tiles else None
    strip = None
    if "compliance" in tiles and user.has_perm("compliance.view_framework"):
        strip = practice_book.tile_of_today(user, where.units[0].path if where.is_part else "")
    return Dashboard(
        scope=where,
        at=clock.now(),
        today=today,
        since=since,
        figures=known,
        sentence=_sentence(known, where, looked_after, len(mine), user),
        needs=mine,
        next=None if mine or where.is_part else needs.next_for(user),
        waiting=waiting,
        heat=_heat(known, moved.movers) if sees_risks else None,
        movers=_with_sparks(moved.movers[:MOST_MOVERS]),
        rose=moved.rose,
        fell=moved.fell,
        moved_url=where.rows("risks:register", moved_since=since) if sees_risks else "",
        safety=_safety_lane(risks) if sees_risks else [],
        owned=_owned(user) if "owned" in tiles and known.of("owned") else [],
        concerns=list(concern_book.read(user).mine[:MOST_IN_LANE]) if "concerns" in tiles else [],
        between=between_us.of(rated) if sees_risks and "between" in tiles else None,
        compliance=strip,
        ground=looked_after,
        beginning=first,
        tiles=tuple(tile for tile in tiles if strip is not None or tile != "compliance"),
    )


def sentence_for(user) -> str:
    """The position in words without links: what opens the digest."""
    where = scope.of(user)
    looked_after = ground.read() if "ground" in _order(reach.grants(user).names) else None
    return _sentence(figures_of.read(user, where), where, looked_after, len(needs.of(user, where)), user).text


def _sentence(known: Figures, where: Scope, looked_after: Ground | None, count: int, user) -> Sentence:
    here = "" if where.is_part else f"{reverse('board:today')}#needs"
    if looked_after is not None:
        accounts, stale = reverse("people:people"), reverse("risks:recompute")
        return position.of_ground(looked_after, needs=count, needs_url=here, accounts_url=accounts, stale_url=stale)
    place = "" if where.is_whole and not where.is_part else where.label
    return position.sentence(
        known,
        is_personal=not where.units,
        needs=count,
        needs_url=here,
        place=place,
        seats=reach.grants(user).seats,
        money=money.part(user, where),
    )


def _with_sparks(found: list[Mover]) -> list[Move]:
    sparks = listing.sparks([mover.risk for mover in found])
    return [Move(mover, sparks[mover.risk.pk]) for mover in found]


def _safety_lane(risks) -> list[Risk]:
    """Risks that can hurt people, the worst first: never traded against money, so they have a lane of their own."""
    rows = risks.filter(score_state__is_safety=True).select_related("unit", "score_state", "it_owner", "security_owner")
    return list(rows.order_by("-score_state__current_value", "pk")[:MOST_IN_LANE])


def _owned(user) -> list[Risk]:
    """What somebody owns, the worst first, in whatever part of the organisation."""
    rows = Risk.objects.visible_to(user).open().current().owned_by(user.pk)
    return list(
        rows.select_related("unit", "score_state", "it_owner", "security_owner").order_by(
            F("score_state__current_value").desc(nulls_last=True), "pk"
        )[:MOST_IN_LANE]
    )


def _heat(known: Figures, moves: list[Mover]) -> HeatMap:
    """The map of the scope's figures, with arrows for the risks that moved."""
    cells = [
        Cell(likelihood, impact, figure.value, heatmap.band_of(likelihood, impact), figure.url)
        for likelihood in scales.LEVELS
        for impact in scales.LEVELS
        for figure in [known.of(f"cell.{likelihood}.{impact}")]
    ]
    return heatmap.draw(cells, moves)


def _order(names: frozenset[str]) -> tuple[str, ...]:
    return next((tiles for who, tiles in ORDERS if names & who), USUAL_ORDER)
