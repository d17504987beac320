"""Hands deliveries over: signed, one try at a time, later and later, until they are taken or three days are over.

Claim, send, mark: a delivery's row is locked while it is sent; a worker that dies lets it go, and it is sent again under the same
id. So a message comes at least once, and whoever remembers ids takes it once.
"""

from collections import Counter
from datetime import UTC, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Min
from standardwebhooks import Webhook

from portal import clock
from portal.record.models import Seal
from portal.webhooks import addresses, messages, signing_keys
from portal.webhooks.models import Attempt, Delivery, Subscription

# As Standard Webhooks advises; after the last one the message is given up, and stands in the log to be sent again by hand.
WAITS = tuple(
    timedelta(**wait)
    for wait in (
        {"seconds": 5},
        {"minutes": 5},
        {"minutes": 30},
        {"hours": 2},
        {"hours": 5},
        {"hours": 10},
        {"hours": 14},
        {"hours": 20},
        {"hours": 24},
    )
)
FAILURES_IN_A_ROW = 3  # then this address is down: its other messages wait for the next run
RUN = timedelta(seconds=40)
GONE = 410
log = structlog.get_logger(__name__)


def waiting() -> int:
    return _due().count()


def lag_seconds() -> float:
    """Since when the delivery that is due longest waits for a worker [s]; one whose next try is still to come waits for nobody."""
    return clock.age(_due().aggregate(oldest=Min("next_attempt_at"))["oldest"])


def send_waiting() -> tuple[int, int]:
    """Send what is due; returns how many were taken and how many tries failed. Safe to run twice at once."""
    taken = failed = 0
    until, in_a_row = clock.now() + RUN, Counter()
    for pk, subscription in list(_due().order_by("next_attempt_at", "pk").values_list("pk", "subscription")[:1000]):
        if in_a_row[subscription] >= FAILURES_IN_A_ROW:
            continue
        if clock.now() > until:
            break
        went = send(pk)
        taken += went is True
        failed += went is False
        in_a_row[subscription] = in_a_row[subscription] + 1 if went is False else 0
    return taken, failed


@transaction.atomic
def send(pk: int) -> bool | None:
    """True when it was taken, False when the try failed, None when another worker has it or it is of no use any more."""
    rows = _due().filter(pk=pk).select_related("subscription__reader")
    delivery = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if delivery is None:
        return None
    seal = None
    if delivery.seq is not None:
        found = list(Seal.objects.filter(seq=delivery.seq).select_related("entry"))
        seal = next(iter(messages.readable(found, delivery.subscription.reader)), None)
        if seal is None:
            delivery.dropped_at, delivery.last_error = clock.now(), "NotForTheReader"
            delivery.save(update_fields=["dropped_at", "last_error"])
            return None
    return _note(delivery, _post(delivery, seal))


def _post(delivery: Delivery, seal: Seal | None) -> addresses.Answer:
    now = clock.now()
    body = messages.body(delivery, seal, now)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Concord-Webhooks/1",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(delivery.message_id, now.astimezone(UTC), body.decode())
            for secret in signing_keys.of(delivery.subscription, now)
        ),
    }
    return addresses.post(delivery.subscription.url, body, headers)


def _note(delivery: Delivery, answer: addresses.Answer) -> bool:
    now = clock.now()
    taken = answer.status is not None and 200 <= answer.status < 300
    Attempt.objects.create(delivery=delivery, at=now, status=answer.status, error=answer.error, milliseconds=answer.milliseconds)
    delivery.attempts += 1
    delivery.last_status, delivery.last_error = answer.status, answer.error
    if taken:
        delivery.delivered_at = now
    elif answer.status == GONE or delivery.attempts > len(WAITS):
        delivery.dropped_at = now
    else:
        delivery.next_attempt_at = now + WAITS[delivery.attempts - 1]
    delivery.save()
    of_it = Subscription.objects.filter(pk=delivery.subscription_id)
    if taken:
        of_it.exclude(failing_since=None).update(failing_since=None)
    else:
        of_it.filter(failing_since=None).update(failing_since=now)
        log.warning("webhook.failed", webhook=delivery.subscription_id, status=answer.status, error=answer.error)
    if answer.status == GONE:
        of_it.filter(stopped_at=None).update(stopped_at=now, stop_reason="GONE")
    return taken


def _due() -> Any:
    return Delivery.objects.waiting().filter(next_attempt_at__lte=clock.now())
