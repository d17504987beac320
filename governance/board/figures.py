"""The figures of a scope, read from the ledger of totals: a screen never counts rows where a total is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.urls import reverse

from assets.models import Asset
from governance.board.scope import Scope
from portal.people import organisations, reach
from portal.people.reach import Tally
from portal.record import totals
from portal.web.shown import SOON_DAYS
from risks.models import Risk

NEW_ASSET_DAYS = 7
NOTHING = Tally(0)
OPENED_BY = {"risks:register": "risks.view_risk", "assets:inventory": "assets.view_asset"}


@dataclass(frozen=True)
class Figure:
    """A number, the address of its rows, and whether a small hidden group was withheld from both."""

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
    rows = [*_from_ledger(_kept(user, scope)), *_dated(user, scope, today)] if scope.units else _personal(user)
    may = {room: user.has_perm(permission) for room, permission in OPENED_BY.items()}
    figures = [
        Figure(key, tally.counted, scope.rows(url_name, **filters), tally.left_out)
        for key, tally, url_name, filters in rows
        if may[url_name]
    ]
    figures += _owned(user) if may["risks:register"] and scope.units else []
    return Figures({figure.key: figure for figure in figures}, last_monday(today))


def _owned(user) -> list[Figure]:
    """What somebody owns, wherever it lies: the scope of their role may leave most of it out."""
    rows = Risk.objects.visible_to(user).open().current().owned_by(user.pk)
    counts = rows.aggregate(owned=Count("pk"), owned_above=Count("pk", filter=Q(score_state__is_above_tolerance=True)))
    address = f"{reverse('risks:register')}?owner=me"
    return [
        Figure("owned", counts["owned"], address),
        Figure("owned_above", counts["owned_above"], f"{address}&above_tolerance=1"),
    ]


def _kept(user, scope: Scope) -> dict[str, Tally]:
    """What the ledger says, with what is hidden from `user` settled measure by measure."""
    grants = reach.grants(user)
    sums = totals.read(*scope.ids)
    mine = {} if grants.opens_confidential else _own_confidential(user, scope)
    kept = {}
    for measure, amount in sums.items():
        if measure.startswith("confidential."):
            continue
        hidden = 0 if grants.opens_confidential else sums.get(f"confidential.{measure}", 0) - mine.get(measure, 0)
        kept[measure] = reach.settle(amount - hidden, hidden, filtered=measure != "risks.open")
    return kept


def _own_confidential(user, scope: Scope) -> dict[str, int]:
    """What the few confidential risks that `user` is named on add to the measures."""
    found: dict[str, int] = {}
    rows = Risk.objects.visible_to(user).filter(scope.within("unit"), is_confidential=True, state=Risk.State.OPEN)
    for counted in rows.values_list("score_state__counted", flat=True):
        for measure, amount in ((counted or {}).get("measures") or {}).items():
            found[measure] = found.get(measure, 0) + amount
    return found


def _from_ledger(kept: Mapping[str, Tally]):
    register, inventory = "risks:register", "assets:inventory"
    yield "open", kept.get("risks.open", NOTHING), register, {}
    yield "above_tolerance", kept.get("risks.above_tolerance", NOTHING), register, {"above_tolerance": 1}
    yield "safety", kept.get("risks.safety", NOTHING), register, {"safety": 1}
    yield "different", kept.get("risks.different", NOTHING), register, {"differ": 1}
    yield "unscored", kept.get("risks.unscored", NOTHING), register, {"band": "NONE"}
    yield "unowned", kept.get("risks.unowned", NOTHING), register, {"owner": "none"}
    for band in ("SEVERE", "HIGH", "MEDIUM", "LOW", "VERY_LOW"):
        yield f"band.{band}", kept.get(f"risks.band.{band}", NOTHING), register, {"band": band}
    for likelihood in range(1, 6):
        for impact in range(1, 6):
            tally = kept.get(f"risks.cell.{likelihood}.{impact}", NOTHING)
            yield f"cell.{likelihood}.{impact}", tally, register, {"likelihood": likelihood, "impact": impact}
    yield "assets", kept.get("assets.current", NOTHING), inventory, {}
    yield "assets_unowned", kept.get("assets.unowned", NOTHING), inventory, {"owner": "none"}


def _dated(user, scope: Scope, today: date):
    """What depends on the day is never a kept total: counts over small indexes."""
    register, inventory = "risks:register", "assets:inventory"
    open_risks = Risk.objects.filter(scope.within("unit"), state=Risk.State.OPEN)
    monday = last_monday(today)
    late = open_risks.filter(review_due_on__lt=today)
    soon = open_risks.filter(review_due_on__gte=today, review_due_on__lte=today + timedelta(days=SOON_DAYS))
    new = open_risks.filter(logged_at__gte=organisations.morning(monday), score_state__is_above_tolerance=True)
    yield "review_overdue", reach.tally(late, user, filtered=True), register, {"review": "overdue"}
    yield "review_due_soon", reach.tally(soon, user, filtered=True), register, {"review": "due_soon"}
    yield "new_above", reach.tally(new, user, filtered=True), register, {"above_tolerance": 1, "logged_since": monday}
    since = today - timedelta(days=NEW_ASSET_DAYS)
    assets = Asset.objects.filter(scope.within("unit"), archived_at=None, registered_at__gte=organisations.morning(since))
    yield "assets_new", reach.tally(assets, user, filtered=True), inventory, {"new_since": since}


def _personal(user):
    """For somebody whose role opens no unit: what they logged or are named on."""
    rows = Risk.objects.filter(Risk.visibility(reach.grants(user)), state=Risk.State.OPEN)
    yield "open", reach.tally(rows, user, filtered=True), "risks:register", {}
