"""What an initiative declared beside what was seen of it, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from assets.models import Asset
from governance.change.models import DeclaredLine, Initiative, SeenAsset

State = SeenAsset.State
ASKED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Line:
    line: DeclaredLine
    seen: int  # current assets that confirm it
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
    lines = list(rows.annotate(may_open=Exists(open_to), confirmed=Count("seen", filter=confirmed)))
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
    if line.asset is not None:
        return int(line.asset.archived_at is None and line.asset.lifecycle != Asset.Lifecycle.DECLARED)
    return line.confirmed
