"""The resources of webhooks."""

from portal.webhooks.api import webhooks

__all__ = ["webhooks"]
