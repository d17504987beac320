"""The resources of risks."""

from risks.api import (
    appetites,
    breaches,
    controls,
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
    "controls",
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
