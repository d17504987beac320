"""What a message says of a sealed entry, and to whom it may be said."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from portal import subjects
from portal.people.access import OPEN_TO_ALL
from portal.record.models import Seal
from portal.web import entrances
from portal.webhooks.models import Delivery, Subscription

READS_LOG = "record.view_auditentry"
PING = "webhook.ping"


def kinds_for(reader: Any) -> set[str]:
    """The kinds of which `reader` may be told: what it may read through the API. Of what everybody may read, such as names, only
    those hear who may read the log itself: what was done to an account is nobody else's."""
    found = set()
    for kind, subject in subjects.all_kinds().items():
        permission = entrances.permission_at(f"/api/v1/{subject.resource}/")
        if reader.has_perm(READS_LOG if permission == OPEN_TO_ALL else permission):
            found.add(kind)
    return found


def readable(seals: Sequence[Seal], reader: Any) -> list[Seal]:
    """Those about subjects that `reader` may open now; a query a kind."""
    kinds = kinds_for(reader)
    asked = [(seal.entry.kind, seal.entry.subject_id) for seal in seals if seal.entry.kind in kinds]
    seen = set(subjects.fetch(asked, reader))
    return [seal for seal in seals if (seal.entry.kind, seal.entry.subject_id) in seen]


def wanted(subscription: Subscription, seal: Seal) -> bool:
    events = subscription.events
    return not events or seal.entry.kind in events or seal.entry.verb in events


def body(delivery: Delivery, seal: Seal | None, now: datetime) -> bytes:
    """The message as it goes out. Its sequence, who did it and what with stand in it for those who may read the log."""
    if seal is None:
        told: dict[str, Any] = {"webhook": delivery.subscription_id}
    else:
        entry, reader = seal.entry, delivery.subscription.reader
        resource = subjects.of_kind(entry.kind).resource
        told = {"place": delivery.place, "kind": entry.kind, "subject": entry.subject_id, "verb": entry.verb}
        told["at"] = _written(entry.at)
        told["address"] = f"/api/v1/{resource}/{entry.subject_id}/"
        if reader.has_perm(READS_LOG):
            told |= {
                "seq": seal.seq,
                "actor": entry.actor_id,
                "params": entry.params,
                "request_id": entry.request_id,
                "hash": seal.hash,
            }
    message = {"type": delivery.verb, "timestamp": _written(seal.sealed_at if seal else now), "data": told}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
