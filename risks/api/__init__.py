"""The resources of risks."""

from risks.api import appetites, ratings, risks, scale_meanings, scores

__all__ = ["appetites", "ratings", "risks", "scale_meanings", "scores"]
