"""As many estimates in money as there are risks, the same each time: for measuring, never for showing."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal.copying import copy_in
from risks.loss_parts import LossPart
from risks.models import Levels, LossScenario, Risk

NOW, AFTER = Levels.Stage.CURRENT, Levels.Stage.RESIDUAL
PLANNED_EVERY = 20  # one risk in so many has an estimate after plan as well
OLDEST_DAYS = 900
FORMS = (LossScenario.Form.RESPONSE, LossScenario.Form.REPLACEMENT, LossScenario.Form.FINES, LossScenario.Form.REPUTATION)


def estimates(people: Sequence[int], today: date) -> int:
    """Estimate every open risk that nobody estimated, by one of `people`; returns how many estimates were added."""
    dice = random.Random("estimates")  # noqa: S311 -- the same each time is the point
    wanted = Risk.objects.open().current().exclude(loss_scenarios__isnull=False).order_by("pk").values_list("pk", flat=True)
    rows = [row for place, pk in enumerate(wanted) for row in _of_risk(place, pk, dice, people, today)]
    return copy_in(LossScenario, rows)


def _of_risk(place: int, risk_id: int, dice: random.Random, people: Sequence[int], today: date) -> list[dict[str, Any]]:
    """From once in 50 years to four times a year; an event costs from a few thousands to millions."""
    often = Decimal(f"{10 ** dice.uniform(-1.7, 0.6):.5f}")
    now = {
        "risk_id": risk_id,
        "stage": NOW,
        "often": LossScenario.Often.PERT,
        "low_per_year": often / 2,
        "mode_per_year": often,
        "high_per_year": often * 2,
        "losses": [part.plain for part in _parts(dice, people, today)],
        "source": "" if dice.random() < 0.3 else "Log of incidents",
        "estimated_by_id": dice.choice(people),
        "estimated_on": today - timedelta(days=dice.randrange(OLDEST_DAYS)),
    }
    if place % PLANNED_EVERY:
        return [now]
    rarer = {name: now[name] / 4 for name in ("low_per_year", "mode_per_year", "high_per_year")}
    return [now, now | rarer | {"stage": AFTER}]


def _parts(dice: random.Random, people: Sequence[int], today: date) -> list[LossPart]:
    """Lost production; of one in four something else beside it, of one in ten with an insurance."""
    low = Decimal(round(10 ** dice.uniform(3.5, 5.5)))
    told = {"by": dice.choice(people), "on": today.isoformat(), "source": "Line value of the controller"}
    insured = {"deductible": low, "limit": low * 20} if dice.random() < 0.1 else {}
    parts = [LossPart(LossScenario.Form.PRODUCTIVITY, low, low * dice.randrange(4, 40), **told, **insured)]
    if dice.random() < 0.25:
        parts.append(LossPart(dice.choice(FORMS), low / 5, low * 2, mode=low / 2, **told | {"by": dice.choice(people)}))
    return parts
