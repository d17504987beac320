"""The annual loss of many risks together: folded sums of a unit or category, and the sum of any risks asked for."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.db import transaction

from portal import clock
from risks import annual_losses, bad_year
from risks.models import CellChange, Levels, LossResult, PortfolioLoss
from risks.quantification import AnnualLoss, cells, together

MOST_CHANGES = 2_000
_KEPT = (PortfolioLoss, CellChange)


@transaction.atomic
def fold() -> int:
    """Add what changed to the sums and evaluate each once; returns how many changes were taken, 0 when none is left."""
    rows = CellChange.objects.select_for_update(skip_locked=True).order_by("pk")[:MOST_CHANGES]
    changes = sorted(rows, key=lambda one: (one.scope, one.stage))
    for (scope, stage), group in groupby(changes, key=lambda one: (one.scope, one.stage)):
        _add(scope, stage, list(group))
    CellChange.objects.filter(pk__in=[one.pk for one in changes]).delete()
    if moved := _units({one.scope for one in changes if one.stage == Levels.Stage.CURRENT}):
        bad_year.follow(clock.now(), moved)
    return len(changes)


def fold_all() -> None:
    while fold():
        pass


def differing() -> list[tuple[str, str]]:
    """The (scope, stage) of which the folded sum and what waits are not, bit by bit, the sum of the risks; mends nothing."""
    known = {(row.scope, row.stage): [cells_of(row)] for row in PortfolioLoss.objects.all()}
    for change in CellChange.objects.order_by("pk"):
        known.setdefault((change.scope, change.stage), []).append(cells_of(change))
    rebuilt = _rebuilt()
    stages = known.keys() | rebuilt.keys()
    return sorted(
        key
        for key in stages
        if cells.add(known.get(key, [])).to_bytes() != cells.add([one for one, _count in rebuilt.get(key, [])]).to_bytes()
    )


@transaction.atomic
def rebuild() -> list[tuple[str, str]]:
    """Make every sum anew from the risks; the (scope, stage) that had been wrong. Run at night: it should find none."""
    wrong = differing()
    if wrong:
        list(PortfolioLoss.objects.select_for_update().order_by("pk"))
        CellChange.objects.all().delete()
        PortfolioLoss.objects.all().delete()
        for (scope, stage), parts in _rebuilt().items():
            _keep(PortfolioLoss(scope=scope, stage=stage), cells.add([one for one, _count in parts]), len(parts))
        bad_year.follow(clock.now())
    return wrong


def of_results(results: Iterable[Any]) -> AnnualLoss:
    """The annual loss of the risks behind `results` (rows with cells) together."""
    return together.evaluate(cells.add([cells_of(row) for row in results]))


def of_unit(unit_id: int, stage: str) -> PortfolioLoss | None:
    """The folded sum of a unit and all below it, None where nothing was estimated."""
    return PortfolioLoss.objects.filter(scope=f"unit:{unit_id}", stage=stage, risk_count__gt=0).first()


def present(scope: str, stage: str) -> tuple[int, cells.Cells]:
    """How many risks a scope has, and their sum, with what is not folded yet: exactly those of the risks as they are stored. One
    query, so that no fold comes in between."""
    folded, waiting = (model.objects.filter(scope=scope, stage=stage).values_list("risk_count", "cells") for model in _KEPT)
    read = list(folded.union(waiting, all=True))
    return sum(count for count, _own in read), cells.add([cells.Cells.from_bytes(bytes(own)) for _count, own in read])


def loss_of(row: Any) -> AnnualLoss:
    """A stored row of figures as the engine's own."""
    return AnnualLoss(**{name: getattr(row, name) for name in annual_losses.FIGURES}, sketch=bytes(row.sketch))


def cells_of(row: Any) -> cells.Cells:
    """What a stored row adds to a sum."""
    return cells.Cells.from_bytes(bytes(row.cells))


def _units(scopes: Iterable[str]) -> list[int]:
    """The ids of the units among `scopes`."""
    return [int(scope.removeprefix("unit:")) for scope in scopes if scope.startswith("unit:")]


def _add(scope: str, stage: str, changes: list[CellChange]) -> None:
    empty = annual_losses.figures(together.evaluate(cells.NONE)) | {"cells": b""}
    PortfolioLoss.objects.bulk_create([PortfolioLoss(scope=scope, stage=stage, **empty)], ignore_conflicts=True)
    row = PortfolioLoss.objects.select_for_update().get(scope=scope, stage=stage)
    whole = cells.add([cells_of(row), *map(cells_of, changes)])
    _keep(row, whole, row.risk_count + sum(one.risk_count for one in changes))


def _keep(row: PortfolioLoss, whole: cells.Cells, count: int) -> None:
    for name, value in annual_losses.figures(together.evaluate(whole)).items():
        setattr(row, name, value)
    row.cells, row.risk_count, row.computed_at = whole.to_bytes(), count, clock.now()
    row.save()


def _rebuilt() -> dict[tuple[str, str], list[tuple[cells.Cells, int]]]:
    found: dict[tuple[str, str], list[tuple[cells.Cells, int]]] = {}
    for scopes, stage, own in _counted():
        for scope in scopes:
            found.setdefault((scope, stage), []).append((own, 1))
    return found


def _counted() -> Iterator[tuple[list[str], str, cells.Cells]]:
    rows = LossResult.objects.order_by("pk").values_list("scopes", "stage", "cells")
    for scopes, stage, stored in rows.iterator(chunk_size=2000):
        yield scopes, stage, cells.Cells.from_bytes(bytes(stored))
