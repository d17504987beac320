"""The resources of risks."""

from risks.api import appetites, risks, scale_meanings, scores

__all__ = ["appetites", "risks", "scale_meanings", "scores"]
