"""What an initiative declared beside what was seen of it, as its page shows it.

What it adds is seen once it stands in the inventory, what it changes once that was changed there since it first declared itself.
What is changed and not declared is no question to anybody: things are kept up to date every day by whoever owns them, and no
initiative is known by that; two changes of one thing meet in the change calendar.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from assets.discovery.settling import FOLLOWED
from assets.models import Asset
from governance.change.models import DeclaredLine, Initiative, SeenAsset
from portal.record.models import AuditEntry

State = SeenAsset.State
ASKED_SHOWN = 20
SAID_OTHERWISE = ("asset.changed", FOLLOWED)  # by somebody, or after a scan; whose it is changes nothing of it


@dataclass(frozen=True, slots=True)
class Line:
    line: DeclaredLine
    seen: int  # current assets that confirm it: that came, or that were changed since
    asset: Asset | None  # where the reader may open it

    @property
    def is_missing(self) -> bool:
        return self.seen < self.line.count


@dataclass(frozen=True, slots=True)
class Declared:
    """`declared` and `seen` count things; `undeclared` those of which nobody has said yet that they belong."""

    lines: Sequence[Line]
    declared: int
    seen: int
    undeclared: int
    asked: Sequence[SeenAsset]  # those the reader may open
    settled: Sequence[SeenAsset]

    @property
    def hidden(self) -> int:
        return self.undeclared - len(self.asked) if self.undeclared <= ASKED_SHOWN else 0


def read(initiative: Initiative, user: Any) -> Declared:
    """Of a row with its `undeclared_count`. Two queries."""
    confirmed = Q(seen__state=State.CONFIRMED, seen__asset__archived_at=None)
    open_to = Asset.objects.visible_to(user).filter(pk=OuterRef("asset"))
    rows = DeclaredLine.objects.filter(initiative=initiative, archived_at=None).select_related("asset").order_by("pk")
    was_changed, changed = _changed(initiative)
    lines = list(
        rows.annotate(may_open=Exists(open_to), confirmed=Count("seen", filter=confirmed), was_changed=was_changed, changed=changed)
    )
    undeclared = initiative.undeclared_count
    told = SeenAsset.objects.visible_to(user).filter(initiative=initiative, asset__archived_at=None).exclude(state=State.CONFIRMED)
    found = list(told.select_related("asset", "it_by", "security_by", "initiative").order_by("-pk")[: 2 * ASKED_SHOWN])
    shown = [Line(line, _seen(line), line.asset if line.may_open else None) for line in lines]
    return Declared(
        lines=shown,
        declared=sum(line.count for line in lines),
        seen=sum(one.seen for one in shown) + undeclared,
        undeclared=undeclared,
        asked=[row for row in found if row.state == State.ASKED][:ASKED_SHOWN],
        settled=[row for row in found if row.state != State.ASKED][:ASKED_SHOWN],
    )


def _seen(line: Any) -> int:
    is_change = line.act == DeclaredLine.Act.CHANGES
    if line.asset is not None:
        there = line.asset.archived_at is None and line.asset.lifecycle != Asset.Lifecycle.DECLARED
        return int(there and (line.was_changed or not is_change))
    return min(line.changed, line.count) if is_change else line.confirmed


def _changed(initiative: Initiative) -> tuple[Any, Any]:
    """Of a line: whether the asset it names was changed since; and how many were of those it means that stood there before."""
    since = initiative.declared_at or initiative.proposed_at
    entries = AuditEntry.objects.filter(kind="asset", verb__in=SAID_OTHERWISE, at__gte=since)
    meant = Asset.objects.filter(
        Q(zone=OuterRef("zone")) | Q(Exact(OuterRef("zone"), Value(""))),
        Exists(entries.filter(subject_id=OuterRef("pk"))),
        kind=OuterRef("kind"),
        unit__path__startswith=initiative.unit.path,
        registered_at__lt=since,
        archived_at=None,
    )
    counted = Subquery(meant.order_by().values("kind").annotate(count=Count("pk")).values("count"))
    of_kind = When(act=DeclaredLine.Act.CHANGES, asset=None, then=Coalesce(counted, 0))
    return Exists(entries.filter(subject_id=OuterRef("asset"))), Case(of_kind, default=Value(0), output_field=IntegerField())
