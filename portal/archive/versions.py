"""Any two versions of one row, field by field: who made each, when, why, by which request or job."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import Model
from django.http import Http404

from portal import subjects
from portal.archive import changes
from portal.archive.changes import Change, Entry
from portal.record.models import AuditEntry

MOST = 200
# What people write with an entry is read by whoever reads reviews, or the log itself; not what is told elsewhere by rules of
# its own, as a position on a decision or why somebody refused to sign.
READS_WORDS = ("attention.view_review", "record.view_auditentry")
TOLD_ELSEWHERE = ("decision.position_taken", "signing.")


@dataclass(frozen=True, slots=True)
class Version:
    """The row as it stood from a moment on; `ordinal` counts from 1, the first on record."""

    id: int
    ordinal: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs from the older to the newer of two versions."""

    older: Version
    newer: Version
    changes: Sequence[Change]


def are_kept(kind: str) -> bool:
    return hasattr(subjects.of_kind(kind).model_class, "pgh_event_model")


def of(kind: str, subject: Model, user: Any) -> list[Version]:
    """The versions of `subject`, which `user` may open, newest first, at most MOST; none of a kind that keeps none. Versions that
    differ in nothing that people read are not among them."""
    return [version for version, _event in _read(kind, subject, user)[0]]


def compare(kind: str, subject: Model, user: Any, first: int, second: int) -> Compared:
    """Two of them, in whatever order they are named. Raises Http404 where one is none of this subject's."""
    found, reader = _read(kind, subject, user)
    known = {version.id: (version, event) for version, event in found}
    if first not in known or second not in known:
        raise Http404
    (older, before), (newer, after) = known[min(first, second)], known[max(first, second)]
    return Compared(older, newer, tuple(reader.differences(before, after)) if first != second else ())


def _read(kind: str, subject: Model, user: Any) -> tuple[list[tuple[Version, Any]], Any]:
    if not are_kept(kind):
        return [], None
    model = subjects.of_kind(kind).model_class
    rows = model.pgh_event_model.objects.filter(pgh_obj_id=subject.pk)
    events = list(rows.select_related("pgh_context").order_by("-pgh_id")[: MOST + 1])
    if not events:
        return [], None
    told = AuditEntry.objects.filter(kind=kind, subject_id=subject.pk).select_related("words").order_by("-pk")[: 2 * MOST]
    reads = any(user.has_perm(permission) for permission in READS_WORDS)
    reader = changes.Reader(kind, model, events, list(told), user, _words if reads else lambda _entry: "")
    found = []
    for event, older in pairwise([*events, None]):
        if older is None and len(events) > MOST:
            break  # the rest lies beyond the limit
        entry = reader.entry(event, older, ())
        if older is None or any(reader.differences(older, event)):
            found.append((event, entry))
    count = len(found)
    return [(Version(event.pgh_id, count - place, entry), event) for place, (event, entry) in enumerate(found)], reader


def _words(entry: AuditEntry) -> str:
    return entry.words.text if not entry.verb.startswith(TOLD_ELSEWHERE) and hasattr(entry, "words") else ""
