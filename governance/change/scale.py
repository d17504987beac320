"""As many initiatives as one likes, the same each time: for measuring, never for showing."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from governance.change import gate_templates
from governance.change.models import Criterion, DeclaredLine, Gate, Initiative, Milestone, Size, Stage
from portal import clock
from portal.copying import copy_in, draw_ids
from portal.record import numbers

KINDS, STAGES = Initiative.Kind.values, Stage.values
GATED = [stage for stage in Stage if list(Stage).index(stage) >= list(Stage).index(gate_templates.FIRST_GATED)]
EVENTS = ("Renewal of {where}", "Cloud for {where}", "Sensors at {where}", "Recovery of {where}", "One sign-in at {where}")


def initiatives(count: int, units: Sequence[int], owners: Sequence[int], today: date) -> list[int]:
    """Add `count` of them, at all stages, each with milestones, a declaration, and once planned its gates; returns their ids."""
    dice = random.Random(f"initiatives {count}")  # noqa: S311 -- the same each time is the point
    ids, names = draw_ids(Initiative, count), numbers.draw("I", count)
    rows = [_initiative(place, ids[place], names[place], dice, units, owners, today) for place in range(count)]
    copy_in(Initiative, rows)
    copy_in(Milestone, (one for row in rows for one in _milestones(row, dice)))
    copy_in(DeclaredLine, (one for row in rows if row["stage"] != Stage.IDEA for one in _lines(row, dice)))
    _gates([row for row in rows if row["stage"] != Stage.IDEA])
    return ids


def _initiative(
    place: int, pk: int, number: str, dice: random.Random, units: Sequence[int], owners: Sequence[int], today: date
) -> dict[str, Any]:
    begun = today - timedelta(days=dice.randrange(30, 700))
    stage = STAGES[place % len(STAGES)]
    budget = dice.choice((9_000, 48_000, 120_000, 900_000, 2_000_000))
    return {
        "id": pk,
        "number": number,
        "title": EVENTS[place % len(EVENTS)].format(where=number),
        "kind": KINDS[place % len(KINDS)],
        "unit_id": units[place % len(units)],
        "sponsor_id": dice.choice(owners),
        "owner_id": dice.choice(owners),
        "stage": stage,
        "stage_since": clock.now() - timedelta(days=dice.randrange(1, 60)),
        "status": dice.choice(("ON_TRACK", "ON_TRACK", "ON_TRACK", "AT_RISK", "OFF_TRACK", "PAUSED")),
        "budget": budget,
        "spent": budget // 3,
        "spent_on": today,
        "starts_on": begun,
        "live_on": begun + timedelta(days=dice.randrange(200, 900)),
        "declared_at": None if stage == Stage.IDEA else clock.now() - timedelta(days=1),
        "proposed_at": clock.now() - timedelta(days=(today - begun).days),
    }


def _milestones(row: dict[str, Any], dice: random.Random) -> list[dict[str, Any]]:
    days = (row["starts_on"] + timedelta(days=step * dice.randrange(20, 60)) for step in range(1, 5))
    return [
        {"initiative_id": row["id"], "title": f"Step {step}", "due_on": day, "confidence": dice.randrange(30, 100)}
        for step, day in enumerate(days, start=1)
    ]


def _lines(row: dict[str, Any], dice: random.Random) -> list[dict[str, Any]]:
    kinds = ("SERVER", "APPLICATION", "CLOUD_SERVICE", "NETWORK")
    plain = {"initiative_id": row["id"], "act": "ADDS", "data_classification": "INTERNAL", "zone": f"Zone of {row['number']}"}
    return [plain | {"kind": kind, "count": dice.randrange(1, 30)} for kind in dice.sample(kinds, 2)]


def _gates(rows: Sequence[dict[str, Any]]) -> None:
    """One a stage ahead of the plan, of size M; those before its stage are passed."""
    templates = gate_templates.newest()
    ids = iter(draw_ids(Gate, len(rows) * len(GATED)))
    made, asked = [], []
    for row in rows:
        known = Initiative(kind=row["kind"])
        for stage in GATED:
            is_passed = STAGES.index(stage) <= STAGES.index(row["stage"])
            pk, moment = next(ids), row["stage_since"] if is_passed else None
            made.append(
                {"id": pk, "initiative_id": row["id"], "opens": stage, "size": "M", "opened_at": moment, "passed_at": moment}
            )
            answer = "MET" if is_passed else ""
            asked += [
                {"gate_id": pk, "asks_id": one.pk, "it_answer": answer, "security_answer": answer}
                for one in gate_templates.asked_of(known, Size.M, templates)
                if one.opens == stage
            ]
    copy_in(Gate, made)
    copy_in(Criterion, asked)
