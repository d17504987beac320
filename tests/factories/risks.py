"""Risks with believable defaults."""

from collections.abc import Iterable
from datetime import date
from itertools import count

from portal.people.models import Unit
from risks.models import Levels, Risk, RiskAsset

_serial = count(1)


def make_risk(*, unit: Unit, assets: Iterable = (), **fields) -> Risk:
    """An open risk of `unit`, rated in no stage yet."""
    number = next(_serial)
    believable = {
        "number": f"R-T{number:05d}",
        "title": f"Ransomware reaches line control {number}",
        "cause": "Engineering workstations bridge the office and control networks",
        "consequence": "Both shifts stop for six to nine days",
        "category": Risk.Category.OT,
        "review_due_on": date(2099, 1, 1),
    }
    risk = Risk.objects.create(unit=unit, **(believable | fields))
    for asset in assets:
        RiskAsset.objects.create(risk=risk, asset=asset)
    return risk


def make_levels(risk: Risk, likelihood: int | None = 4, *, stage: str = Levels.Stage.CURRENT, **impact: int | None) -> Levels:
    """Levels of one stage: `make_levels(risk, 4, operational=4)`; operational 4 where no area is named."""
    areas = {f"{area}_level": level for area, level in (impact or {"operational": 4}).items()}
    levels, _ = Levels.objects.update_or_create(risk=risk, stage=stage, defaults={"likelihood_level": likelihood} | areas)
    return levels
