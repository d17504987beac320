"""Indicators as people read them: the list, one of them with its readings, and those that speak of a risk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from portal.archive import changes
from portal.archive.changes import Change, Entry
from portal.record.models import AuditEntry
from portal.web import charts, listing
from portal.web.charts import Sparkline
from portal.web.listing import Order
from risks import hidden, readings
from risks.models import Indicator, IndicatorRisk, Reading, Risk

Standing = Indicator.Standing
BY_NUMBER = Order("number", "id")
SHOWN_AS_LINE = 12
SHOWN_AS_TABLE = 40
MOST_RISKS = 50
LONGEST_WORDS = 200
VIEWS: Mapping[str, tuple[str, ...]] = {
    "all": tuple(Standing.values),
    "breach": (Standing.BREACH,),
    "warning": (Standing.WARNING,),
    "unread": (Standing.UNREAD,),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator with its last readings as a line, and those that the line shows."""

    indicator: Indicator
    spark: Sparkline | None
    points: tuple[tuple[datetime, Decimal], ...] = ()


@dataclass(frozen=True)
class Book:
    view: str
    words: str
    counts: Mapping[str, int]
    lines: tuple[Line, ...]
    page: Any


@dataclass(frozen=True)
class Sheet:
    line: Line
    readings: tuple[Reading, ...]  # the newest first, those taken back too
    has_more_readings: bool
    risks: tuple[IndicatorRisk, ...]
    hidden_risks: int
    entries: Sequence[changes.Entry]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """One indicator as the page of a risk shows it."""

    pk: int
    number: str
    name: str
    unit_of_measure: str
    standing: str
    standing_word: str
    last_value: Decimal | None
    observed_at: datetime | None
    spark: Sparkline | None


def of_user(user: Any) -> QuerySet[Indicator]:
    """What `user` may open, with the last readings in the same query."""
    return Indicator.objects.visible_to(user).select_related("unit", "owner").annotate(run=_run())


def read(user: Any, params: Any) -> Book:
    """One page of a view. Two queries."""
    view, words = _asked(params)
    seen = _spoken_of(Indicator.objects.visible_to(user).watched(), words)
    counts = seen.aggregate(**{name: Count("pk", filter=Q(standing__in=named)) for name, named in VIEWS.items()})
    rows = of_user(user).filter(pk__in=seen.order_by().values("pk"), standing__in=VIEWS[view])
    page = listing.page_of(rows, BY_NUMBER, params, total=counts[view])
    return Book(view, words, counts, tuple(line_of(row) for row in page.rows), page)


def found(user: Any, params: Any) -> QuerySet[Indicator]:
    """All that the address asks for, without their last readings."""
    view, words = _asked(params)
    seen = _spoken_of(Indicator.objects.visible_to(user).watched(), words)
    return seen.filter(standing__in=VIEWS[view]).select_related("unit", "owner")


def views(user: Any) -> list[tuple[str, str]]:
    words = {
        "all": _("all"),
        "breach": _("outside of their bounds"),
        "warning": _("near their bound"),
        "unread": _("no reading yet"),
    }
    return [(name, words[name]) for name in VIEWS]


def _asked(params: Any) -> tuple[str, str]:
    view = params.get("view", "all")
    return (view if view in VIEWS else "all"), " ".join(params.get("q", "").replace("\x00", "").split())[:LONGEST_WORDS]


def _spoken_of(rows: QuerySet[Indicator], words: str) -> QuerySet[Indicator]:
    return rows.filter(search=SearchQuery(words, config="english", search_type="websearch")) if words else rows


def sheet(indicator: Indicator, user: Any) -> Sheet:
    """The page of one indicator, a row of `of_user(user)`. Four queries at most and those of its history."""
    rows = list(indicator.readings.select_related("taken_by", "withdrawn_by").order_by("-observed_at", "-pk")[: SHOWN_AS_TABLE + 1])
    links = IndicatorRisk.objects.filter(indicator=indicator)
    seen = list(links.visible_to(user).select_related("risk__unit", "risk__score_state").order_by("risk__number"))
    linked = set(links.values_list("risk", flat=True))
    entries, has_more = changes.read("indicator", indicator, user)
    return Sheet(
        line=line_of(indicator),
        readings=tuple(rows[:SHOWN_AS_TABLE]),
        has_more_readings=len(rows) > SHOWN_AS_TABLE,
        risks=tuple(seen[:MOST_RISKS]),
        hidden_risks=hidden.among(linked - {one.risk_id for one in seen}, user),
        entries=entries,
        has_more=has_more,
    )


def line_of(indicator: Indicator) -> Line:
    """A row of `of_user` with its line. No query."""
    return Line(indicator, _spark(indicator.run, indicator.breach_at), _points(indicator.run))


def signs_with_risk() -> ArraySubquery:
    """The indicators that speak of a risk, as part of the query that reads the risk."""
    rows = Indicator.objects.watched().filter(risk_links__risk=OuterRef("pk")).order_by("number").annotate(run=_run())
    named = ("pk", "number", "name", "unit_of_measure", "standing", "last_value", "last_observed_at", "breach_at", "run")
    return ArraySubquery(rows.values(told=JSONObject(**{name: name for name in named})))


def signs_of(risk: Risk, user: Any) -> list[Sign]:
    """What `signs_with_risk` read of `risk`, for those who read indicators. No query."""
    if not user.has_perm("risks.view_indicator"):
        return []
    words = dict(Standing.choices)
    found = []
    for told in risk.signs:
        value = told["last_value"]
        found.append(
            Sign(
                pk=told["pk"],
                number=told["number"],
                name=told["name"],
                unit_of_measure=told["unit_of_measure"],
                standing=told["standing"],
                standing_word=str(words[told["standing"]]),
                last_value=None if value is None else Decimal(str(value)),
                observed_at=datetime.fromisoformat(told["last_observed_at"]) if told["last_observed_at"] else None,
                spark=_spark(told["run"], Decimal(str(told["breach_at"]))),
            )
        )
    return found


def history(indicator: Indicator, user: Any, limit: int) -> tuple[list[Entry], bool]:
    """Changes of the indicator, and when it left its bounds and came back, newest first. One query more than its versions take."""
    verbs = {readings.BREACHED: _("Left its bounds"), readings.RETURNED: _("Came back within its bounds")}
    entries, has_more = changes.of_rows("indicator", indicator, user, limit, without=list(verbs))
    rows = AuditEntry.objects.filter(kind="indicator", subject_id=indicator.pk, verb__in=verbs).order_by("-pk")[: limit + 1]
    for one in rows:
        value = one.params.get("value")
        said = "" if value is None else f"{Decimal(value).normalize():f} {indicator.unit_of_measure}"
        entries.append(Entry(one.at, "", one.request_id, str(verbs[one.verb]), (Change(_("Reading"), "", said),)))
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return entries[:limit], has_more or len(entries) > limit


def _run() -> ArraySubquery:
    """The last readings, the newest first."""
    rows = Reading.objects.standing().filter(indicator=OuterRef("pk")).order_by("-observed_at", "-pk")
    return ArraySubquery(rows.values(told=JSONObject(at=F("observed_at"), value=F("value")))[:SHOWN_AS_LINE])


def _points(run: Sequence[Mapping[str, Any]]) -> tuple[tuple[datetime, Decimal], ...]:
    return tuple((datetime.fromisoformat(one["at"]), Decimal(str(one["value"]))) for one in reversed(run or ()))


def _spark(run: Sequence[Mapping[str, Any]], breach_at: Decimal) -> Sparkline | None:
    values = [value for _at, value in _points(run)]
    least = max(abs(breach_at) / 10, Decimal("0.0001"))
    return charts.sparkline(values, limit=breach_at, least=least) if len(values) > 1 else None
