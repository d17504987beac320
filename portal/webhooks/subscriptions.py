"""The verbs of a subscription: begin, ping, stop and start, another secret, send again, end."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock, subjects
from portal.errors import Invalid
from portal.people.models import User
from portal.people.reach import grants
from portal.record import audit, sealing
from portal.webhooks import addresses, messages, signing_keys
from portal.webhooks.errors import NotAllowed, SubscriptionEnded
from portal.webhooks.models import Delivery, Subscription

MAY = "webhooks.change_webhook"
VERB = re.compile(r"[a-z][a-z-]*(\.[a-z_-]+)+")
MOST_EVENTS = 60
BOTH_SIGN = timedelta(days=1)


@transaction.atomic
def subscribe(*, name: str, url: str, reader: User, events: Sequence[str] = (), actor: Any) -> tuple[Subscription, str]:
    """Tell `url` what happens from now on, as far as the service account `reader` may see it; and the secret, shown this once.
    Raises Invalid by field."""
    _demand(actor)
    kept = sorted({one.strip() for one in events if one.strip()})
    _check(name, url, reader, kept)
    secret, sealed = signing_keys.make()
    one = Subscription.objects.create(
        name=" ".join(name.split()),
        url=url,
        events=kept,
        reader=reader,
        secret=sealed,
        after_seq=sealing.head()[0],
        created_by=actor,
        created_at=clock.now(),
    )
    audit.record(actor, "webhook.begun", one, {"reader": reader.pk, "events": kept})
    return one, secret


@transaction.atomic
def ping(one: Subscription, *, actor: Any) -> Delivery:
    """Send a message that says nothing, to see whether it arrives."""
    one = _standing(one, actor)
    delivery = Delivery.objects.create(subscription=one, verb=messages.PING)
    audit.record(actor, "webhook.pinged", one)
    return delivery


@transaction.atomic
def stop(one: Subscription, *, actor: Any) -> Subscription:
    """Say nothing until it is started again; what happens meanwhile is told then."""
    one = _standing(one, actor)
    if one.stopped_at is None:
        one.stopped_at, one.stop_reason = clock.now(), "BY_HAND"
        one.save(update_fields=["stopped_at", "stop_reason"])
        audit.record(actor, "webhook.stopped", one)
    return one


@transaction.atomic
def start(one: Subscription, *, actor: Any) -> Subscription:
    one = _standing(one, actor)
    if one.stopped_at is not None:
        one.stopped_at, one.stop_reason = None, ""
        one.save(update_fields=["stopped_at", "stop_reason"])
        audit.record(actor, "webhook.started", one)
    return one


@transaction.atomic
def change_secret(one: Subscription, *, actor: Any) -> tuple[Subscription, str]:
    """Another secret, shown this once; for a day the former one signs as well."""
    one = _standing(one, actor)
    secret, sealed = signing_keys.make()
    one.former_secret, one.former_until, one.secret = one.secret, clock.now() + BOTH_SIGN, sealed
    one.save(update_fields=["former_secret", "former_until", "secret"])
    audit.record(actor, "webhook.secret_changed", one)
    return one, secret


@transaction.atomic
def replay(one: Subscription, *, after: int, actor: Any) -> int:
    """Send every message beyond the place `after` again, under its own id; returns how many."""
    one = _standing(one, actor)
    again = _again(one.deliveries.filter(place__gt=after))
    audit.record(actor, "webhook.replayed", one, {"after": after, "messages": again})
    return again


@transaction.atomic
def replay_one(delivery: Delivery, *, actor: Any) -> Delivery:
    one = _standing(delivery.subscription, actor)
    _again(one.deliveries.filter(pk=delivery.pk))
    audit.record(actor, "webhook.replayed", one, {"message": delivery.message_id})
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def hurry(one: Subscription, *, actor: Any) -> int:
    """Try every message that waits for a later try now; returns how many."""
    one = _standing(one, actor)
    now = clock.now()
    hurried = one.deliveries.waiting().filter(next_attempt_at__gt=now).update(next_attempt_at=now)
    audit.record(actor, "webhook.hurried", one, {"messages": hurried})
    return hurried


@transaction.atomic
def end(one: Subscription, *, actor: Any) -> Subscription:
    """Nothing more is sent, for good, and the secrets are gone."""
    one = _standing(one, actor)
    one.archived_at, one.secret, one.former_secret, one.former_until = clock.now(), "", "", None
    one.save(update_fields=["archived_at", "secret", "former_secret", "former_until"])
    audit.record(actor, "webhook.ended", one)
    return one


def _again(deliveries: Any) -> int:
    return deliveries.update(next_attempt_at=clock.now(), delivered_at=None, dropped_at=None, attempts=0)


def _standing(one: Subscription, actor: Any) -> Subscription:
    _demand(actor)
    one = Subscription.objects.select_for_update(of=("self",)).select_related("reader").get(pk=one.pk)
    if one.archived_at is not None:
        raise SubscriptionEnded
    return one


def _demand(actor: Any) -> None:
    if not actor.has_perm(MAY):
        raise PermissionDenied


def _check(name: str, url: str, reader: User, events: Sequence[str]) -> None:
    fields: dict[str, list[str]] = {}
    if not name.strip() or len(name.strip()) > 120:
        fields["name"] = [_("Name it in at most 120 letters.")]
    if len(url) > 500:
        fields["url"] = [_("An address has at most 500 letters.")]
    else:
        try:
            addresses.check(url)
        except NotAllowed as refusal:
            fields["url"] = [str(refusal)]
    if not reader.is_active or not reader.is_service or grants(reader).seats:
        fields["reader"] = [_("Choose a service account: what it may see is what the other system is told.")]
    wrong = [one for one in events if one not in subjects.all_kinds() and not VERB.fullmatch(one)]
    if wrong or len(events) > MOST_EVENTS:
        fields["events"] = [_("Name kinds such as risk, or verbs such as risk.closed; nothing for everything.")]
    if fields:
        raise Invalid(_("This webhook cannot begin."), fields)
