"""Which digests stand for what a subject says now: its own, and those it had before a redaction took words away."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from portal.record import redacting
from portal.signing import content
from portal.signing.models import RedactedContent

Key = tuple[str, int]


def of(about: Q, said: Mapping[Key, Mapping[str, Any]]) -> dict[Key, set[str]]:
    """For each subject that `about` finds, by (kind, id) with what it says. One query, and none where no word is missing."""
    now = {key: content.digest(*key, known) for key, known in said.items()}
    found = {key: {digest} for key, digest in now.items()}
    if any(redacting.MARK.encode() in content.canonical(*key, known) for key, known in said.items()):
        for one in RedactedContent.objects.filter(about).select_related("before"):
            key = (one.subject_kind, one.subject_id)
            # what was signed has lost the same words, and says the same: nothing else changed
            if one.after == now[key] and one.before.content == said[key]:
                found[key].add(one.before_id)
    return found
