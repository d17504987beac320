"""The resources of risks."""

from risks.api import (
    appetites,
    controls,
    evidence,
    exceptions,
    formula_versions,
    losses,
    ratings,
    risks,
    scale_meanings,
    scores,
    treatments,
)

__all__ = [
    "appetites",
    "controls",
    "evidence",
    "exceptions",
    "formula_versions",
    "losses",
    "ratings",
    "risks",
    "scale_meanings",
    "scores",
    "treatments",
]
