"""The stored annual loss of each risk and stage: renewed with the scores where its inputs differ, with the sums it counts in."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from risks import loss_parts, quantification
from risks.models import CellChange, Levels, LossMove, LossResult, LossScenario, Risk
from risks.quantification import AnnualLoss, LossModel, cells

ENGINE = 1  # raise it where the same inputs give other figures
FIGURES = ("mean", "sd", "p_none", "var95", "var99", "var999", "es99")
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The loss that a risk should have in a stage."""

    scenario: LossScenario
    model: LossModel
    scopes: tuple[str, ...]
    digest: str


def renew(risk_ids: Sequence[int], moment: datetime) -> list[int]:
    """Compute anew what `risk_ids` cost in a year, where an estimate, the place or the state of a risk changed; the ids that
    differ. The caller holds the locks of their score states. Two queries where nothing differs."""
    stored = {(row.risk_id, row.stage): row for row in LossResult.objects.filter(risk__in=risk_ids).order_by("risk_id", "stage")}
    wanted = _wanted(risk_ids)
    stale = [key for key, one in wanted.items() if key not in stored or stored[key].digest != one.digest]
    gone = [key for key in stored if key not in wanted]
    if not stale and not gone:
        return []
    found = dict(zip(stale, quantification.compute([wanted[key].model for key in stale]), strict=True))
    changes, moves = _Changes(), [_move(key, stored[key], moment) for key in gone]
    for key in gone:
        changes.count(stored[key].scopes, key[1], cells.Cells.from_bytes(bytes(stored[key].cells)), -1)
    fresh = []
    for key in stale:
        before, one, own = stored.get(key), wanted[key], cells.of(wanted[key].model)
        if before is not None:
            changes.count(before.scopes, key[1], cells.Cells.from_bytes(bytes(before.cells)), -1)
        changes.count(one.scopes, key[1], own, 1)
        fresh.append(_row(key, one, before, found[key], own, moment))
        if before is None or _is_other(before, fresh[-1]):
            moves.append(_move(key, before, moment))
    LossMove.objects.bulk_create(moves)
    LossResult.objects.filter(pk__in=[stored[key].pk for key in gone]).delete()
    columns = [field.name for field in LossResult._meta.concrete_fields if field.name not in ("id", "risk", "stage")]
    LossResult.objects.bulk_create(fresh, update_conflicts=True, unique_fields=["risk", "stage"], update_fields=columns)
    changes.keep()
    return sorted({risk_id for risk_id, _stage in [*stale, *gone]})


def figures(found: AnnualLoss) -> dict[str, Any]:
    """The columns of a result: six digits, as the last bit may differ between processors."""
    return {name: float(f"{getattr(found, name):.6g}") for name in FIGURES} | {"sketch": found.sketch}


def _wanted(risk_ids: Sequence[int]) -> dict[Key, Wanted]:
    rows = LossScenario.objects.of_open_risks().filter(risk__in=risk_ids).select_related("risk__unit")
    by_risk: dict[int, dict[str, LossScenario]] = defaultdict(dict)
    for row in rows.order_by("risk_id"):
        by_risk[row.risk_id][row.stage] = row
    found = {}
    for risk_id, stages in by_risk.items():
        if Levels.Stage.RESIDUAL not in stages and Levels.Stage.CURRENT in stages:
            stages[Levels.Stage.RESIDUAL] = stages[Levels.Stage.CURRENT]
        for stage, row in stages.items():
            model, scopes = loss_parts.of_scenario(row), _scopes(row.risk)
            spelled = f"{ENGINE}|{row.pk}|{model!r}|{' '.join(scopes)}"
            found[risk_id, str(stage)] = Wanted(row, model, scopes, hashlib.sha256(spelled.encode()).hexdigest())
    return found


def _scopes(risk: Risk) -> tuple[str, ...]:
    return (*(f"unit:{part}" for part in risk.unit.path.strip("/").split("/")), f"category:{risk.category}")


def _row(key: Key, one: Wanted, before: LossResult | None, found: AnnualLoss, own: cells.Cells, moment: datetime) -> LossResult:
    row = LossResult(
        risk_id=key[0],
        stage=key[1],
        scenario=one.scenario,
        digest=one.digest,
        factors=loss_parts.factors(one.scenario),
        scopes=list(one.scopes),
        cells=own.to_bytes(),
        computed_at=moment,
        **figures(found),
    )
    if before is not None:
        same = before.mean == row.mean
        row.previous = before.previous if same else _past(before)
    return row


def _is_other(before: LossResult, row: LossResult) -> bool:
    return bytes(before.cells) != row.cells or before.scopes != row.scopes


def _move(key: Key, before: LossResult | None, moment: datetime) -> LossMove:
    kept = {} if before is None else {"factors": before.factors, "scopes": before.scopes}
    return LossMove(risk_id=key[0], stage=key[1], cells=b"" if before is None else bytes(before.cells), moved_at=moment, **kept)


def _past(before: LossResult) -> dict[str, Any]:
    return {"mean": before.mean, "factors": before.factors, "at": before.computed_at.isoformat()}


class _Changes:
    """What a batch adds to the sums, one row a scope and stage."""

    def __init__(self) -> None:
        self.parts: Mapping[tuple[str, str], list[tuple[cells.Cells, int]]] = defaultdict(list)

    def count(self, scopes: Sequence[str], stage: str, own: cells.Cells, sign: int) -> None:
        for scope in scopes:
            self.parts[scope, str(stage)].append((own, sign))

    def keep(self) -> None:
        rows = []
        for (scope, stage), parts in sorted(self.parts.items()):
            delta = cells.add([own for own, _sign in parts], [sign for _own, sign in parts])
            count = sum(sign for _own, sign in parts)
            if len(delta.keys) or count:
                rows.append(CellChange(scope=scope, stage=stage, cells=delta.to_bytes(), risk_count=count))
        CellChange.objects.bulk_create(rows)
