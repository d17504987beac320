"""The resources of response: each module registers its own."""

from risks.response.api import activations, exercises, incidents, plans

__all__ = ["activations", "exercises", "incidents", "plans"]
