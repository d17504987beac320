"""As of a day: the position as it was kept when that day began, under the rights that a reader has today.

Once a day a worker writes down the totals of every unit from the ledger, the counts that depend on the day, and how each
confidential risk counts, with the seal at which the record stood. An answer is made from such a row alone, so that late
commits, corrections and newer code of the register cannot change what was known then.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from assets.models import Asset
from governance.board import figures as figures_of
from governance.board import scope
from governance.board.errors import OfNoUnit
from governance.board.figures import Figure
from governance.board.models import KeptPosition
from governance.board.scope import Scope
from portal import clock
from portal.archive import looking_back
from portal.archive.errors import NothingKeptYet, NotOverYet
from portal.people import organisations
from portal.people.models import Unit
from portal.people.reach import grants
from portal.record import sealing
from portal.record.models import Total, TotalChange
from portal.web.shown import SOON_DAYS
from risks import hidden
from risks.hidden import Hidden
from risks.models import Risk

DATED = ("review_overdue", "review_due_soon", "new_above", "assets_new")
READ_AS: dict[str, Any] = {"review_due_on": date.fromisoformat, "logged_at": datetime.fromisoformat}
READ_AS |= dict.fromkeys(("inherent_value", "current_value", "residual_value"), Decimal)


@dataclass(frozen=True)
class AsOf:
    """The position of a scope at the last seal kept at or before `asked`."""

    asked: datetime
    kept: KeptPosition
    scope: Scope
    label: str  # of the scope, in the names of then
    figures: tuple[Figure, ...]

    def of(self, key: str) -> Figure:
        return next((one for one in self.figures if one.key == key), Figure(key, 0, ""))

    @property
    def withheld(self) -> bool:
        return any(one.left_out for one in self.figures)


def keep() -> KeptPosition | None:
    """Write down today's position, once a day; None where it is written already, or nothing is sealed yet. Safe to run twice."""
    organisation = organisations.current()
    if organisation is None:
        return None
    day = organisations.today()
    if KeptPosition.objects.filter(day=day).exists():
        return None
    with transaction.atomic():
        if not connection.savepoint_ids:  # one moment for all that is read; inside of another transaction it has one already
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        seq, head = sealing.head()
        if not seq:
            return None
        looking_back.keep(day, seq, head)
        row = KeptPosition(day=day, seal_seq=seq, seal_hash=head, kept_at=clock.now(), content=read(day))
        KeptPosition.objects.bulk_create([row], ignore_conflicts=True)
    return row


def read(today: date) -> dict[str, Any]:
    """What is kept: units (id → path, name), totals and dated counts (id → measure → amount), confidential risks. Six queries."""
    units = {str(pk): [path, name] for pk, path, name in Unit.objects.order_by("pk").values_list("pk", "path", "name")}
    every: dict[str, Counter[str]] = {}
    for model in (Total, TotalChange):
        for pk, measure, amount in model.objects.values_list("scope", "measure", "amount"):
            every.setdefault(str(pk), Counter())[measure] += amount
    totals = {pk: {name: amount for name, amount in sorted(found.items()) if amount} for pk, found in sorted(every.items())}
    return {"units": units, "totals": totals, "dated": _dated(units, today), "hidden": [_written(one) for one in _confidential()]}


def at(user: Any, asked: datetime, unit: str = "") -> AsOf:
    """The position for the scope of `user`, or of one unit within it, at the last kept seal at or before `asked`. Raises NotOverYet
    for what lies ahead, NothingKeptYet before the first, OfNoUnit for somebody whose figures are those of no unit, Http404 for a
    unit beyond theirs."""
    if asked > clock.now():
        raise NotOverYet
    where = scope.of(user, unit)
    if not where.units:
        raise OfNoUnit
    kept = KeptPosition.objects.filter(kept_at__lte=asked).order_by("-kept_at").first()
    if kept is None:
        raise NothingKeptYet
    known = kept.content["units"]
    paths = [known[str(pk)][0] for pk in where.ids if str(pk) in known]
    shut = _shut(user, kept).within(paths)
    sums: Counter[str] = Counter()
    dated: Counter[str] = Counter()
    for pk in where.ids:
        sums.update(kept.content["totals"].get(str(pk), {}))
        dated.update(kept.content["dated"].get(str(pk), {}))
    rows = [*figures_of.from_ledger(figures_of.left(sums, shut)), *_dated_for(dated, kept.day, shut)]
    may = {room: user.has_perm(permission) for room, permission in figures_of.OPENED_BY.items()}
    found = tuple(
        Figure(
            key,
            value,
            "" if filters is None or room != figures_of.REGISTER else where.rows(room, as_of=kept.day, **filters),
            room == figures_of.REGISTER and key != "open" and shut.are_there,
        )
        for key, value, room, filters in rows
        if may[room]
    )
    label = ", ".join(known[str(pk)][1] for pk in where.ids if str(pk) in known) or where.label
    return AsOf(asked, kept, where, label, found)


def _shut(user: Any, kept: KeptPosition) -> hidden.HiddenRisks:
    """The confidential risks of then that `user` may not open today."""
    told = [_read_back(one) for one in kept.content["hidden"]]
    if grants(user).opens_confidential or not told:
        return hidden.HiddenRisks()
    seen = set(Risk.objects.visible_to(user).filter(pk__in=[one.id for one in told]).values_list("pk", flat=True))
    closed = tuple(one for one in told if one.id not in seen)
    return hidden.HiddenRisks(closed, hidden.in_groups(closed))


def _dated(units: Mapping[str, Any], today: date) -> dict[str, dict[str, int]]:
    """What depends on the day, for each unit and all below it."""
    risks = Risk.objects.current().filter(state=Risk.State.OPEN)
    soon = today + timedelta(days=SOON_DAYS)
    morning = organisations.morning(figures_of.last_monday(today))
    new_since = organisations.morning(today - timedelta(days=figures_of.NEW_ASSET_DAYS))
    counted: dict[str, QuerySet] = {
        "review_overdue": risks.filter(review_due_on__lt=today),
        "review_due_soon": risks.filter(review_due_on__range=(today, soon)),
        "new_above": risks.filter(logged_at__gte=morning, score_state__is_above_tolerance=True),
        "assets_new": Asset.objects.filter(archived_at=None, registered_at__gte=new_since),
    }
    found: dict[str, Counter[str]] = {}
    for name, rows in counted.items():
        for path, count in rows.order_by().values_list("unit__path").annotate(count=Count("pk")):
            for pk in path.strip("/").split("/"):
                found.setdefault(pk, Counter())[name] += count
    return {pk: dict(sorted(counts.items())) for pk, counts in sorted(found.items()) if pk in units}


def _dated_for(counts: Mapping[str, int], day: date, shut: hidden.HiddenRisks):
    """The same less the hidden ones, which count in groups alone."""
    soon, morning = day + timedelta(days=SOON_DAYS), organisations.morning(figures_of.last_monday(day))
    holds = {
        "review_overdue": lambda one: one.review_due_on is not None and one.review_due_on < day,
        "review_due_soon": lambda one: one.review_due_on is not None and day <= one.review_due_on <= soon,
        "new_above": lambda one: one.logged_at >= morning and bool(one.is_above_tolerance),
    }
    for name in DATED:
        count, test = counts.get(name, 0), holds.get(name)
        if test is not None:
            count += len(shut.where(test)) - sum(map(test, shut.all))
        filters = {"review_before": day} if name == "review_overdue" else None  # the others have no list of then
        yield name, count, figures_of.INVENTORY if test is None else figures_of.REGISTER, filters


def _confidential() -> list[Hidden]:
    """Every confidential risk as it counts now."""
    rows = Risk.objects.current().filter(is_confidential=True).order_by("pk")
    return [Hidden(*row) for row in rows.values_list(*hidden.COLUMNS)]


def _written(one: Hidden) -> dict[str, Any]:
    values = asdict(one)
    return {name: value if isinstance(value, str | bool | int) or value is None else str(value) for name, value in values.items()}


def _read_back(told: Mapping[str, Any]) -> Hidden:
    return Hidden(**{one.name: _value(one.name, told.get(one.name)) for one in fields(Hidden)})


def _value(name: str, told: Any) -> Any:
    read_as = READ_AS.get(name)
    return told if told is None or read_as is None else read_as(told)
