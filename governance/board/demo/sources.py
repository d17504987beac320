"""The demo's tables, read from the files beside."""

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
AREAS = ("financial", "operational", "safety", "legal", "reputation")


@dataclass(frozen=True)
class Rating:
    """Likelihood level and impact levels by area; areas nobody judged are left out."""

    likelihood_level: int
    impact: dict[str, int]


def table(name: str) -> list[dict[str, str]]:
    """The rows of one file, by column."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rating(text: str) -> Rating:
    """Read "4:4-4-3-2-3": likelihood, then the five areas in order, 0 where not judged."""
    likelihood, areas = text.split(":")
    levels = zip(AREAS, map(int, areas.split("-")), strict=True)
    return Rating(int(likelihood), {area: level for area, level in levels if level})
