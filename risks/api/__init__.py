"""The resources of risks."""

from risks.api import scores

__all__ = ["scores"]
