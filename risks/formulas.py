"""The versions of the score's formula; a version that was used never changes. (calculation)"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

# Marks a field that came after values were hashed: at its default it is left out of canonical JSON, so old hashes hold.
LATER = MappingProxyType({"later": True})


@dataclass(frozen=True, slots=True)
class Formula:
    """The weights and bounds of one formula version; everything named points is on the scale 0–100.

    `base_points` are multiplied by likelihood level and impact level. `criticality_points` are listed for levels 1–5,
    `reachability_points` in the order of `scales.REACHABILITIES`. `review_late_steps`, `evidence_old_steps` and
    `treatment_late_steps` are pairs (days late, points).
    `control_limit_share` is the most [0–1] that controls may take off the rating on each side, likelihood and impact;
    `unproven_operating_share` what counts of a control's operation without valid evidence. `exploited_points` count once where a
    vulnerability known to be exploited is confirmed, `indicator_points` for each breached indicator, together at most
    `indicator_limit_points`. With `old_evidence_within_effect` old evidence weighs at most what its control takes off, so that
    no score falls when a control goes.
    """

    version: int
    base_points: Decimal
    criticality_points: tuple[Decimal, Decimal, Decimal, Decimal, Decimal]
    reachability_points: tuple[Decimal, Decimal, Decimal, Decimal]
    end_of_support_points: Decimal
    safety_zone_points: Decimal
    review_late_steps: tuple[tuple[int, Decimal], ...]
    care_limit_points: Decimal
    lowest_points: Decimal
    highest_points: Decimal
    control_limit_share: Decimal = field(default=Decimal(0), metadata=LATER)
    unproven_operating_share: Decimal = field(default=Decimal(1), metadata=LATER)
    evidence_old_steps: tuple[tuple[int, Decimal], ...] = field(default=(), metadata=LATER)
    treatment_late_steps: tuple[tuple[int, Decimal], ...] = field(default=(), metadata=LATER)
    exploited_points: Decimal = field(default=Decimal(0), metadata=LATER)
    indicator_points: Decimal = field(default=Decimal(0), metadata=LATER)
    indicator_limit_points: Decimal = field(default=Decimal(0), metadata=LATER)
    old_evidence_within_effect: bool = field(default=False, metadata=LATER)


VERSION_1 = Formula(
    version=1,
    base_points=Decimal("3.0"),
    criticality_points=(Decimal("0.0"), Decimal("1.0"), Decimal("3.0"), Decimal("5.0"), Decimal("7.0")),
    reachability_points=(Decimal("0.0"), Decimal("3.0"), Decimal("5.5"), Decimal("8.0")),
    end_of_support_points=Decimal("4.0"),
    safety_zone_points=Decimal("3.5"),
    review_late_steps=(
        (1, Decimal("1.0")),
        (31, Decimal("2.0")),
        (61, Decimal("3.0")),
        (91, Decimal("4.0")),
        (181, Decimal("5.0")),
    ),
    care_limit_points=Decimal("5.0"),
    lowest_points=Decimal("0.0"),
    highest_points=Decimal("100.0"),
)

# Hears of controls and treatments. A control never outweighs a level: one side takes off at most 15 %, a level is 20 % or more.
VERSION_2 = replace(
    VERSION_1,
    version=2,
    control_limit_share=Decimal("0.15"),
    unproven_operating_share=Decimal("0.5"),
    evidence_old_steps=((1, Decimal("1.0")), (61, Decimal("2.0"))),
    treatment_late_steps=((1, Decimal("1.0")), (31, Decimal("2.0")), (91, Decimal("3.0"))),
)

# Hears of breached indicators and of vulnerabilities that are known to be exploited, once confirmed.
VERSION_3 = replace(
    VERSION_2,
    version=3,
    exploited_points=Decimal("6.0"),
    indicator_points=Decimal("2.0"),
    indicator_limit_points=Decimal("6.0"),
)

# No score falls when a control goes whose evidence ran out.
VERSION_4 = replace(VERSION_3, version=4, old_evidence_within_effect=True)

FORMULAS = MappingProxyType({formula.version: formula for formula in (VERSION_1, VERSION_2, VERSION_3, VERSION_4)})
LATEST = VERSION_4

# These numbers mean the same in every database; from the next on a number may be one that an organisation drafted itself.
SAME_EVERYWHERE = (1, 2, 3)


def by_version(version: int) -> Formula:
    """The formula of that number, as it was and stays; KeyError where there never was one."""
    return FORMULAS[version]


BY_LEVEL = ("criticality_points", "reachability_points")
BY_DAYS_LATE = ("review_late_steps", "evidence_old_steps", "treatment_late_steps")
RULES = ("old_evidence_within_effect",)  # on or off


def from_json(stored: Mapping[str, Any]) -> Formula:
    """The formula that canonical JSON spells; KeyError, ValueError, ArithmeticError or TypeError where it is none."""
    unknown = set(stored) - {one.name for one in fields(Formula)}
    if unknown:
        raise ValueError(f"No such parameter of a formula: {', '.join(sorted(unknown))}.")
    return Formula(**{name: _read(name, value) for name, value in stored.items()})


def _read(name: str, value: Any) -> Any:
    if name == "version":
        return int(value)
    if name in BY_LEVEL:
        return tuple(Decimal(points) for points in value)
    if name in BY_DAYS_LATE:
        return tuple((int(days), Decimal(points)) for days, points in value)
    if name in RULES:
        if not isinstance(value, bool):
            raise ValueError(f"{name} is true or false.")
        return value
    return Decimal(value)
