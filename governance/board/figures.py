"""The figures of a scope, read from the ledger of totals: a screen never counts rows where a total is kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from assets.models import Asset
from governance.board.scope import Scope
from portal import at_once
from portal.people import organisations
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
    counted = at_once.counts(_to_count(user, scope, today))
    rows = (
        [*_from_ledger(left(totals.read(*scope.ids), shut)), *_dated(counted, today, shut)] if scope.units else _personal(counted)
    )
    may = {room: user.has_perm(permission) for room, permission in OPENED_BY.items()}
    figures = [
        Figure(key, value, scope.rows(url_name, **filters), url_name == REGISTER and key != "open" and shut.are_there)
        for key, value, url_name, filters in rows
        if may[url_name]
    ]
    figures += _owned(counted) if may[REGISTER] and scope.units and not scope.is_part else []
    return Figures({figure.key: figure for figure in figures}, last_monday(today))


def _owned(counted: Mapping[str, int]) -> list[Figure]:
    """What somebody owns, wherever it lies: the scope of their role may leave most of it out."""
    address = f"{reverse(REGISTER)}?owner=me"
    above = Figure("owned_above", counted["owned_above"], f"{address}&above_tolerance=1")
    return [Figure("owned", counted["owned"], address), above]


def _to_count(user, scope: Scope, today: date) -> dict[str, QuerySet]:
    """What depends on the day or on the reader is never a kept total: counts over small indexes."""
    mine = Risk.objects.visible_to(user)
    if not scope.units:
        return {"open": mine.filter(state=Risk.State.OPEN)}
    owned = mine.open().current().owned_by(user.pk)
    risks = mine.filter(scope.within("unit"), state=Risk.State.OPEN)
    assets = Asset.objects.visible_to(user).filter(scope.within("unit"), archived_at=None)
    new_since = organisations.morning(today - timedelta(days=NEW_ASSET_DAYS))
    return {
        "late": risks.filter(review_due_on__lt=today),
        "soon": risks.filter(review_due_on__range=(today, today + timedelta(days=SOON_DAYS))),
        "new_above": risks.filter(logged_at__gte=organisations.morning(last_monday(today)), score_state__is_above_tolerance=True),
        "assets_new": assets.filter(registered_at__gte=new_since),
        "owned": owned,
        "owned_above": owned.filter(score_state__is_above_tolerance=True),
    }


def left(sums: Mapping[str, int], shut: hidden.HiddenRisks) -> Mapping[str, int]:
    """What the ledger says, by measure; what is hidden counts in groups alone, but in the whole of the scope."""
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


def from_ledger(kept: Mapping[str, int]):
    """(key, value, room, filters of its rows) of every figure that the ledger keeps."""
    return list(_from_ledger(kept))


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


def _dated(counted: Mapping[str, int], today: date, shut: hidden.HiddenRisks):
    """What was counted, with the hidden ones that count in groups."""
    monday, soon_on = last_monday(today), today + timedelta(days=SOON_DAYS)
    morning = organisations.morning(monday)
    late = len(shut.where(lambda one: one.review_due_on is not None and one.review_due_on < today))
    soon = len(shut.where(lambda one: one.review_due_on is not None and today <= one.review_due_on <= soon_on))
    new = len(shut.where(lambda one: one.logged_at >= morning and bool(one.is_above_tolerance)))
    yield "review_overdue", late + counted["late"], REGISTER, {"review": "overdue"}
    yield "review_due_soon", soon + counted["soon"], REGISTER, {"review": "due_soon"}
    yield "new_above", new + counted["new_above"], REGISTER, {"above_tolerance": 1, "logged_since": monday}
    yield "assets_new", counted["assets_new"], INVENTORY, {"new_since": today - timedelta(days=NEW_ASSET_DAYS)}


def _personal(counted: Mapping[str, int]):
    """For somebody whose role opens no unit: what they logged or are named on."""
    yield "open", counted["open"], REGISTER, {}
