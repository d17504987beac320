"""The register as people read it: a page of rows, the counts of every band, and the rows one may not open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import floor
from typing import Any

from django.db import connection
from django.db.models import Count, DateField, DecimalField, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Coalesce, Floor
from django.http import QueryDict

from portal import clock
from portal.people import organisations
from portal.web import charts, listing
from portal.web.listing import Behind, Order, Page
from risks import hidden, wording
from risks.filters import EXPIRED, NO_BAND, Filters, accepted
from risks.models import Levels, Risk, StaleScore
from risks.models.risk import RiskQuerySet
from risks.response import incident_book

WEEKS = 12
DAYS_OF_CHANGE = 30
UNSCORED = Decimal(-1)
NEVER = date(9999, 12, 31)
NOTHING = Value(Decimal(0), output_field=DecimalField(max_digits=12, decimal_places=1))

ORDERS = {
    "-score": Order("-score", "points", descending=True),
    "score": Order("score", "points"),
    "number": Order("number", "id"),
    "-number": Order("-number", "id", descending=True),
    "review": Order("review", "review_day"),
    "-review": Order("-review", "review_day", descending=True),
}


@dataclass(frozen=True, slots=True)
class Together:
    """How many, and how many points [sum of scores, each down to whole points as it is written, so that sums tie out]."""

    count: int = 0
    points: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the register: the risk, its score in the stage asked for, and how that came about."""

    risk: Risk
    value: Decimal | None
    band: str
    spark: charts.Sparkline | None
    run: tuple[Decimal | None, ...]
    change: Decimal | None
    is_new: bool

    @property
    def likelihood(self) -> tuple[int, str] | None:
        """The likelihood now, as level and word."""
        state = getattr(self.risk, "score_state", None)
        level = state and state.likelihood_level
        return (level, str(wording.LIKELIHOODS[level])) if level else None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one band that stand together on a page; `together` counts all of the band that one sees."""

    band: str
    together: Together
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """One page of the register. `left_out`: hidden risks count here only in groups, and that is said,
    whether some are left out or not."""

    filters: Filters
    order: Order
    page: Page
    groups: tuple[Group, ...]
    visible: Together
    hidden: Together
    left_out: bool

    @property
    def all(self) -> Together:
        return _add_up([self.visible, self.hidden])


def read(user: Any, params: QueryDict, *, size: int = listing.PAGE_SIZE, known: hidden.HiddenRisks | None = None) -> Register:
    """The page of the register that an address asks for. Five queries at most, whatever it holds."""
    asked = Filters.read(params)
    order = listing.order_from(params, ORDERS, "-score")
    value, band = f"{asked.stage.lower()}_value", f"{asked.stage.lower()}_band"
    bands, shut, left_out = _counted(asked, user, known)
    visible = _add_up(bands.values())
    rows = (
        asked.apply(Risk.objects.visible_to(user), user)
        .select_related("unit", "score_state", "it_owner", "security_owner")
        .annotate(
            points=Coalesce(F(f"score_state__{value}"), Value(UNSCORED), output_field=DecimalField(max_digits=5, decimal_places=1)),
            review_day=Coalesce(F("review_due_on"), Value(NEVER), output_field=DateField()),
            is_acceptance_expired=accepted(EXPIRED, organisations.today()),
            is_stale=Exists(StaleScore.objects.filter(risk=OuterRef("pk"))),
            has_come_true=incident_book.came_true(),
        )
        .defer("cause", "consequence", "grounds", "search")
    )
    behind = Behind(f"score_state__{value}", UNSCORED) if order.field == "points" else None
    page = listing.page_of(rows, order, params, size=size, total=visible.count, hidden_count=shut.count, narrow=True, behind=behind)
    lines = _lines(page.rows, asked.stage, value, band)
    grouped = order.field == "points" and params.get("group") != "none"
    groups = _groups(lines, bands) if grouped else (Group("", visible, lines),)
    return Register(asked, order, page, groups, visible, shut, left_out)


def found(user: Any, params: Mapping[str, str]) -> RiskQuerySet:
    """All that the address asks for and `user` may open, with score, place and owners."""
    rows = Filters.read(params).apply(Risk.objects.visible_to(user), user)
    return rows.select_related("unit", "score_state", "it_owner", "security_owner")


def hidden_count(user: Any, params: Mapping[str, str]) -> int:
    """How many risks the register counts besides, for the same address. Two queries at most."""
    asked, known = Filters.read(params), hidden.of(user)
    return len(_not_opened(asked, user, known)) if known.all else 0


def count(user: Any, **params: Any) -> Together:
    """What the heading of the register says for these filters: the visible rows and those counted but not opened.

    `count(user, above_tolerance=1, unit=4)` is the number to show where a link to that list stands.
    """
    bands, shut, _ = _counted(Filters.read({name: str(value) for name, value in params.items()}), user)
    return _add_up([*bands.values(), shut])


def tabs(user: Any, known: hidden.HiddenRisks | None = None) -> dict[str, int]:
    """How many open risks each standing view counts: the number that its heading will say. One query, and that of `known`."""
    today = organisations.today()
    views = {
        "open": Q(),
        "above_tolerance": Q(score_state__is_above_tolerance=True),
        "safety": Q(score_state__is_safety=True),
        "mine": Q(it_owner=user.pk) | Q(security_owner=user.pk),
        "overdue": Q(review_due_on__lt=today),
        "unowned": Q(accountable=""),
    }
    seen = Risk.objects.visible_to(user).open().current()
    found = seen.aggregate(**{name: Count("pk", filter=rows) for name, rows in views.items()})
    known = hidden.of(user) if known is None else known
    besides = {
        "open": [one for one in known.all if one.is_open],
        "above_tolerance": known.where(lambda one: one.is_open and bool(one.is_above_tolerance)),
        "safety": known.where(lambda one: one.is_open and bool(one.is_safety)),
        "overdue": known.where(lambda one: one.is_open and one.review_due_on is not None and one.review_due_on < today),
        "unowned": known.where(lambda one: one.is_open and not one.accountable),
    }
    return {name: found[name] + len(besides.get(name, ())) for name in views}


def runs(risk_ids: Sequence[int], moments: Sequence[Any]) -> dict[int, list[Decimal | None]]:
    """The current score each risk had at each of `moments`; None before its first. One query."""
    found: dict[int, list[Decimal | None]] = {pk: [] for pk in risk_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT risk.id, score.value
            FROM unnest(%s::bigint[]) AS risk(id)
            CROSS JOIN unnest(%s::timestamptz[]) WITH ORDINALITY AS moment(at, place)
            LEFT JOIN LATERAL (
                SELECT value FROM risks_score
                WHERE risk_id = risk.id AND state = 'CURRENT' AND computed_at <= moment.at ORDER BY id DESC LIMIT 1
            ) AS score ON true
            ORDER BY risk.id, moment.place
            """,
            [list(risk_ids), list(moments)],
        )
        for pk, value in cursor.fetchall():
            found[pk].append(value)
    return found


def sparks(risks: Sequence[Risk]) -> dict[int, charts.Sparkline]:
    """The last 12 weeks of each risk's score and its tolerance; the rows know their `score_state`. One query."""
    past = runs([risk.pk for risk in risks], _weekly(clock.now())) if risks else {}
    return {risk.pk: _spark(risk.score_state, (*past[risk.pk], risk.score_state.current_value)) for risk in risks}


def _weekly(now: datetime) -> list[datetime]:
    return [now - timedelta(weeks=weeks) for weeks in range(WEEKS, 0, -1)]


def _spark(state: Any, run: Sequence[Decimal | None]) -> charts.Sparkline:
    limit = Decimal(state.tolerance_points) if state and state.tolerance_points is not None else None
    return charts.sparkline(run, limit=limit)


def _lines(risks: Sequence[Risk], stage: str, value: str, band: str) -> tuple[Row, ...]:
    now = clock.now()
    moments = [*_weekly(now), now - timedelta(days=DAYS_OF_CHANGE)]
    past = runs([risk.pk for risk in risks], moments) if risks and stage == Levels.Stage.CURRENT else {}
    return tuple(_line(risk, value, band, past.get(risk.pk)) for risk in risks)


def _line(risk: Risk, value: str, band: str, past: list[Decimal | None] | None) -> Row:
    state = getattr(risk, "score_state", None)
    present = getattr(state, value, None)
    run = (*past[:-1], present) if past else ()
    before = past[-1] if past else None
    return Row(
        risk=risk,
        value=present,
        band=getattr(state, band, ""),
        spark=_spark(state, run) if run else None,
        run=tuple(one for one in run if one is not None),
        change=present - before if present is not None and before is not None else None,
        is_new=bool(past) and present is not None and before is None,
    )


def _groups(lines: Sequence[Row], bands: dict[str, Together]) -> tuple[Group, ...]:
    by_band: dict[str, list[Row]] = {}
    for line in lines:
        by_band.setdefault(line.band, []).append(line)
    return tuple(Group(band or NO_BAND, bands.get(band, Together()), tuple(rows)) for band, rows in by_band.items())


def _counted(asked: Filters, user: Any, known: hidden.HiddenRisks | None = None) -> tuple[dict[str, Together], Together, bool]:
    """What one may open by band, what counts besides, and whether some of that may be left out here. Three queries at most."""
    value, band = f"score_state__{asked.stage.lower()}_value", f"score_state__{asked.stage.lower()}_band"
    opened = asked.apply(Risk.objects.visible_to(user), user).order_by().values(band)
    bands: dict[str, Together] = {}
    for row in opened.annotate(count=Count("pk"), points=Coalesce(Sum(Floor(value)), NOTHING)):
        bands[row[band] or ""] = _add_up([Together(row["count"], row["points"]), bands.get(row[band] or "", Together())])
    known = hidden.of(user) if known is None else known
    if not known.all:
        return bands, Together(), False
    counted = _not_opened(asked, user, known)
    values = [getattr(one, f"{asked.stage.lower()}_value") for one in counted]
    points = sum((Decimal(floor(value)) for value in values if value is not None), Decimal(0))
    return bands, Together(len(counted), points), known.are_there and not asked.is_whole


def _not_opened(asked: Filters, user: Any, known: hidden.HiddenRisks) -> list[hidden.Hidden]:
    asked_for = set(asked.apply(hidden.rows(user), user).values_list("pk", flat=True))
    if asked.is_whole:
        return [one for one in known.all if one.id in asked_for]
    return known.where(lambda one: one.id in asked_for)


def _add_up(parts: Iterable[Together]) -> Together:
    parts = list(parts)
    return Together(sum(part.count for part in parts), sum((part.points for part in parts), Decimal(0)))
