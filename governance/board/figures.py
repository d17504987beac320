"""The figures of a scope, read from the ledger of totals: a screen never counts rows where a total is kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.urls import reverse

from assets.models import Asset
from governance.board.scope import Scope
from portal.people import organisations, reach
from portal.record import totals
from portal.web.shown import SOON_DAYS
from risks import hidden
from risks.models import Risk
from risks.models.score import Agreement

NEW_ASSET_DAYS = 7
REGISTER, INVENTORY = "risks:register", "assets:inventory"
OPENED_BY = {REGISTER: "risks.view_risk", INVENTORY: "assets.view_asset"}


@dataclass(frozen=True)
class Figure:
    """A number, the address of its rows, and whether hidden risks count in both in groups alone, so that some may be left out."""

    key: str
    value: int
    url: str
    left_out: bool = False

    def __bool__(self) -> bool:
        return self.value > 0


@dataclass(frozen=True)
class Figures:
    """Figures by key; `of` gives a zero where a scope has none of a thing."""

    by_key: Mapping[str, Figure]
    since: date  # "new" and "moved" mean since this Monday

    def of(self, key: str) -> Figure:
        """The figure, zero where this reader has none of the kind."""
        return self.by_key.get(key) or Figure(key, 0, "")


def last_monday(today: date) -> date:
    """The Monday before today: on a Monday that of last week, so that "since Monday" always covers some days."""
    return today - timedelta(days=today.weekday() or 7)


def read(user, scope: Scope) -> Figures:
    """Every figure of Today for `user` over `scope`. A constant number of queries, whatever the size of the register."""
    today = organisations.today()
    shut = hidden.of(user).within([unit.path for unit in scope.units]) if scope.units else hidden.HiddenRisks()
    rows = [*_from_ledger(_kept(scope, shut)), *_dated(user, scope, today, shut)] if scope.units else _personal(user)
    may = {room: user.has_perm(permission) for room, permission in OPENED_BY.items()}
    figures = [
        Figure(key, value, scope.rows(url_name, **filters), url_name == REGISTER and key != "open" and shut.are_there)
        for key, value, url_name, filters in rows
        if may[url_name]
    ]
    figures += _owned(user) if may[REGISTER] and scope.units else []
    return Figures({figure.key: figure for figure in figures}, last_monday(today))


def _owned(user) -> list[Figure]:
    """What somebody owns, wherever it lies: the scope of their role may leave most of it out."""
    rows = Risk.objects.visible_to(user).open().current().owned_by(user.pk)
    counts = rows.aggregate(owned=Count("pk"), owned_above=Count("pk", filter=Q(score_state__is_above_tolerance=True)))
    address = f"{reverse(REGISTER)}?owner=me"
    return [
        Figure("owned", counts["owned"], address),
        Figure("owned_above", counts["owned_above"], f"{address}&above_tolerance=1"),
    ]


def _kept(scope: Scope, shut: hidden.HiddenRisks) -> Mapping[str, int]:
    """What the ledger says; what is hidden from `user` counts in groups alone, but in the whole of the scope."""
    sums = totals.read(*scope.ids)
    left_out = Counter(measure for one in shut.all for measure in _measures(one))
    for group in shut.groups:
        left_out -= Counter(dict.fromkeys(set.intersection(*map(_measures, group)), len(group)))
    return {measure: amount - left_out[measure] for measure, amount in sums.items()}


def _measures(one: hidden.Hidden) -> set[str]:
    """The measures of the ledger, but that of the whole, in which a hidden risk counts; as risks/facts.py counts it."""
    flags = {
        "risks.above_tolerance": one.is_above_tolerance,
        "risks.safety": one.is_safety,
        "risks.different": one.agreement == Agreement.DIFFERENT,
        "risks.unowned": not one.accountable,
        "risks.unscored": one.current_value is None,
        f"risks.band.{one.current_band}": one.current_value is not None,
    }
    found = {measure for measure, holds in flags.items() if holds}
    return found | ({f"risks.cell.{one.cell[0]}.{one.cell[1]}"} if one.cell else set())


def _from_ledger(kept: Mapping[str, int]):
    yield "open", kept.get("risks.open", 0), REGISTER, {}
    yield "above_tolerance", kept.get("risks.above_tolerance", 0), REGISTER, {"above_tolerance": 1}
    yield "safety", kept.get("risks.safety", 0), REGISTER, {"safety": 1}
    yield "different", kept.get("risks.different", 0), REGISTER, {"differ": 1}
    yield "unscored", kept.get("risks.unscored", 0), REGISTER, {"band": "NONE"}
    yield "unowned", kept.get("risks.unowned", 0), REGISTER, {"owner": "none"}
    for band in ("SEVERE", "HIGH", "MEDIUM", "LOW", "VERY_LOW"):
        yield f"band.{band}", kept.get(f"risks.band.{band}", 0), REGISTER, {"band": band}
    for likelihood in range(1, 6):
        for impact in range(1, 6):
            count = kept.get(f"risks.cell.{likelihood}.{impact}", 0)
            yield f"cell.{likelihood}.{impact}", count, REGISTER, {"likelihood": likelihood, "impact": impact}
    yield "assets", kept.get("assets.current", 0), INVENTORY, {}
    yield "assets_unowned", kept.get("assets.unowned", 0), INVENTORY, {"owner": "none"}


def _dated(user, scope: Scope, today: date, shut: hidden.HiddenRisks):
    """What depends on the day is never a kept total: counts over small indexes."""
    monday, soon_on = last_monday(today), today + timedelta(days=SOON_DAYS)
    morning = organisations.morning(monday)
    risks = Risk.objects.filter(scope.within("unit"), state=Risk.State.OPEN).filter(Risk.visibility(reach.grants(user)))
    late = len(shut.where(lambda one: one.review_due_on is not None and one.review_due_on < today))
    soon = len(shut.where(lambda one: one.review_due_on is not None and today <= one.review_due_on <= soon_on))
    new = len(shut.where(lambda one: one.logged_at >= morning and bool(one.is_above_tolerance)))
    passed = Q(review_due_on__lt=today)
    due = risks.filter(review_due_on__lte=soon_on).aggregate(late=Count("pk", filter=passed), soon=Count("pk", filter=~passed))
    yield "review_overdue", late + due["late"], REGISTER, {"review": "overdue"}
    yield "review_due_soon", soon + due["soon"], REGISTER, {"review": "due_soon"}
    fresh = risks.filter(logged_at__gte=morning, score_state__is_above_tolerance=True)
    yield "new_above", new + fresh.count(), REGISTER, {"above_tolerance": 1, "logged_since": monday}
    since = today - timedelta(days=NEW_ASSET_DAYS)
    assets = Asset.objects.visible_to(user).filter(scope.within("unit"), archived_at=None)
    yield "assets_new", assets.filter(registered_at__gte=organisations.morning(since)).count(), INVENTORY, {"new_since": since}


def _personal(user):
    """For somebody whose role opens no unit: what they logged or are named on."""
    rows = Risk.objects.filter(Risk.visibility(reach.grants(user)), state=Risk.State.OPEN)
    yield "open", rows.count(), REGISTER, {}
