"""The resources of risks."""

from risks.api import (
    appetites,
    breaches,
    concerns,
    controls,
    crown_jewels,
    evidence,
    exceptions,
    formula_versions,
    indicators,
    losses,
    ratings,
    risks,
    scale_meanings,
    scores,
    treatments,
)

__all__ = [
    "appetites",
    "breaches",
    "concerns",
    "controls",
    "crown_jewels",
    "evidence",
    "exceptions",
    "formula_versions",
    "indicators",
    "losses",
    "ratings",
    "risks",
    "scale_meanings",
    "scores",
    "treatments",
]
