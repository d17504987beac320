"""The scales everybody rates on: levels 1–5, impact areas, bands, the safety lane. (calculation)"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

LOWEST_LEVEL = 1
HIGHEST_LEVEL = 5
LEVELS = tuple(range(LOWEST_LEVEL, HIGHEST_LEVEL + 1))


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale: its number, 1–5, and its English word."""

    number: int
    word: str


LIKELIHOOD_LEVELS = (
    Level(1, "Rare"),
    Level(2, "Unlikely"),
    Level(3, "Possible"),
    Level(4, "Likely"),
    Level(5, "Almost certain"),
)
IMPACT_LEVELS = (
    Level(1, "Minor"),
    Level(2, "Limited"),
    Level(3, "Serious"),
    Level(4, "Major"),
    Level(5, "Severe"),
)

FINANCIAL = "financial"
OPERATIONAL = "operational"
SAFETY = "safety"
LEGAL = "legal"
REPUTATION = "reputation"
IMPACT_AREAS = (FINANCIAL, OPERATIONAL, SAFETY, LEGAL, REPUTATION)

ASPECTS = ("confidentiality", "integrity", "availability", "safety")

REACHABILITIES = ("NONE", "INTERNAL", "REMOTE", "INTERNET")
"""How far away somebody can be and still reach an asset, nearest first."""

SAFETY_LANE_FROM_LEVEL = 4


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the shared score: key, English word, rank 1–5 and the points [0–100] it starts at."""

    key: str
    word: str
    rank: int
    from_points: Decimal


BANDS = (
    Band("VERY_LOW", "Very low", 1, Decimal(0)),
    Band("LOW", "Low", 2, Decimal(20)),
    Band("MEDIUM", "Medium", 3, Decimal(40)),
    Band("HIGH", "High", 4, Decimal(60)),
    Band("SEVERE", "Severe", 5, Decimal(80)),
)
BAND_BY_KEY = {band.key: band for band in BANDS}
LOWEST_POINTS = Decimal(0)
HIGHEST_POINTS = Decimal(100)


def checked_level(level: int) -> int:
    """`level` itself; ValueError where it is not one of 1–5."""
    if level not in LEVELS:
        raise ValueError(f"A level is 1 to 5, not {level!r}.")
    return level


def likelihood_word(level: int) -> str:
    """The English word of a likelihood level, 1–5."""
    return LIKELIHOOD_LEVELS[checked_level(level) - 1].word


def impact_word(level: int) -> str:
    """The English word of an impact level, 1–5."""
    return IMPACT_LEVELS[checked_level(level) - 1].word


def band_of(value: Decimal | int) -> Band:
    """The band a score [0–100 points] lies in; ValueError outside of the scale.

    A band starts at its whole number: 59.9 is still Medium, 60 is High.
    """
    if not LOWEST_POINTS <= value <= HIGHEST_POINTS:
        raise ValueError(f"A score is 0 to 100 points, not {value}.")
    return next(band for band in reversed(BANDS) if value >= band.from_points)


def worst_impact(impact_levels: Mapping[str, int]) -> tuple[str, int] | None:
    """The area and level that count: the worst one; among equals safety, then the order of `IMPACT_AREAS`.

    None where no area is rated; ValueError for an unknown area or level.
    """
    unknown = set(impact_levels) - set(IMPACT_AREAS)
    if unknown:
        raise ValueError(f"No such impact area: {', '.join(sorted(unknown))}.")
    rated = [(area, checked_level(impact_levels[area])) for area in IMPACT_AREAS if area in impact_levels]
    return max(rated, key=lambda pair: (pair[1], pair[0] == SAFETY), default=None)


def in_safety_lane(safety_level: int | None) -> bool:
    """Whether a risk of this safety impact level has its own lane, outside of money and trade-offs."""
    return safety_level is not None and checked_level(safety_level) >= SAFETY_LANE_FROM_LEVEL
