"""The secrets of subscriptions: made here, shown once, kept sealed by SECRET_KEY, so that a copy of the database has none."""

import base64
import secrets
from datetime import datetime

from portal.people import sealed
from portal.webhooks.models import Subscription

_PURPOSE = b"concord webhooks"


def make() -> tuple[str, str]:
    """(the secret as a receiver is given it, the same sealed)."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return secret, sealed.cipher(_PURPOSE).encrypt(secret.encode()).decode()


def of(subscription: Subscription, now: datetime) -> list[str]:
    """The secrets that sign now: after a change the former one as well, for a day."""
    kept = [subscription.secret]
    if subscription.former_secret and subscription.former_until and now < subscription.former_until:
        kept.append(subscription.former_secret)
    return [sealed.cipher(_PURPOSE).decrypt(one.encode()).decode() for one in kept]
