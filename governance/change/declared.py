"""What an initiative declared beside what was seen of it, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from assets.models import Asset
from governance.change import declarations
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
    """Four queries."""
    lines = declarations.standing(initiative)
    named = [line.asset_id for line in lines if line.asset_id]
    may_open = {one.pk: one for one in Asset.objects.visible_to(user).filter(pk__in=named)} if named else {}
    by_line = dict(
        SeenAsset.objects.filter(initiative=initiative, asset__archived_at=None, state__in=(State.CONFIRMED, State.ASKED))
        .values_list("line")
        .annotate(count=Count("pk"))
    )
    undeclared = by_line.pop(None, 0)
    told = SeenAsset.objects.visible_to(user).filter(initiative=initiative, asset__archived_at=None).exclude(state=State.CONFIRMED)
    rows = list(told.select_related("asset", "it_by", "security_by", "initiative").order_by("-pk")[: 2 * ASKED_SHOWN])
    shown = [Line(line, _seen(line, by_line), may_open.get(line.asset_id)) for line in lines]
    return Declared(
        lines=shown,
        declared=sum(line.count for line in lines),
        seen=sum(one.seen for one in shown) + undeclared,
        undeclared=undeclared,
        asked=[row for row in rows if row.state == State.ASKED][:ASKED_SHOWN],
        settled=[row for row in rows if row.state != State.ASKED][:ASKED_SHOWN],
    )


def _seen(line: DeclaredLine, by_line: dict[int | None, int]) -> int:
    if line.asset is not None:
        return int(line.asset.archived_at is None and line.asset.lifecycle != Asset.Lifecycle.DECLARED)
    return by_line.get(line.pk, 0)
