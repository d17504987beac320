"""Webhooks with believable defaults."""

from typing import Any

from portal.record import sealing
from portal.webhooks import signing_keys
from portal.webhooks.models import Subscription

URL = "https://hooks.example.com/concord"


def make_webhook(reader: Any, *, actor: Any, url: str = URL, **fields: Any) -> Subscription:
    """As `subscriptions.subscribe` makes it, without asking a name server for the address."""
    return Subscription.objects.create(
        **{"name": "Ticketing", "url": url, "reader": reader, "created_by": actor, "after_seq": sealing.head()[0]}
        | {"secret": signing_keys.make()[1]}
        | fields
    )
