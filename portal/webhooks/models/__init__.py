"""Who is told, and what became of each message."""

from portal.webhooks.models.delivery import Attempt, Delivery
from portal.webhooks.models.subscription import Subscription

__all__ = ["Attempt", "Delivery", "Subscription"]
