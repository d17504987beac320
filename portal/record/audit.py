"""Audit entries: who did what to which subject. Verbs call this inside their transaction; a sealer orders the entries later."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.db.models import Model

from portal import clock, subjects
from portal.record import unchanged
from portal.record.models import AuditEntry, EntryText


def record(actor: Any, verb: str, subject: Model, params: Mapping[str, Any] | None = None, *, text: str = "") -> AuditEntry:
    """One entry. `actor` None is the portal itself; `params` holds keys and values, never words of people; those are `text`."""
    entry = AuditEntry.objects.create(
        actor=actor if actor is not None and actor.pk else None,
        verb=verb,
        kind=subjects.kind_of(subject),
        subject_id=subject.pk,
        params=dict(params or {}),
        text_digest=hashlib.sha256(text.encode()).hexdigest() if text else "",
        request_id=request_id(),
    )
    if text:
        EntryText.objects.create(entry=entry, text=text)
    unchanged.moved()
    return entry


def record_many(actor: Any, verb: str, kind: str, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> int:
    """Entries for many subjects of one kind at once: (subject id, params). Returns how many."""
    moment, identity = clock.now(), request_id()
    entries = [
        AuditEntry(
            actor=actor if actor is not None and actor.pk else None,
            verb=verb,
            kind=kind,
            subject_id=pk,
            params=dict(params),
            request_id=identity,
            at=moment,
        )
        for pk, params in rows
    ]
    AuditEntry.objects.bulk_create(entries, batch_size=2000)
    unchanged.moved()
    return len(entries)


def request_id() -> str:
    """The id of the request or job under way, "" outside of one."""
    return structlog.contextvars.get_contextvars().get("request", "")
