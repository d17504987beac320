"""The resources of risks."""

from risks.api import risks, scores

__all__ = ["risks", "scores"]
