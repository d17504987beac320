"""Signed words that a redaction takes away: out of what was signed, while what was signed stays signed."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

from portal import subjects
from portal.record import redacting
from portal.signing import content, registry, standing

Path = tuple[str | int, ...]
_wholes: dict[str, Callable[[Any], Any]] = {}


def part_of(kind: str, whole: Callable[[Any], Any]) -> None:
    """Words of this kind stand in what is signed of another subject, which `whole` finds. Once, in an app's ready()."""
    _wholes[kind] = whole


def beforehand(subject: Any) -> list["Beforehand"]:
    """How everything stands whose signed content may lose words with `subject`; asked before they go."""
    wholes = [_wholes[kind](subject)] if (kind := subjects.kind_of(subject)) in _wholes else []
    return [Beforehand(one) for one in [subject, *wholes] if subjects.kind_of(one) in registry.all_kinds()]


class Beforehand:
    """How one signed subject stood before its words went; `carry_over` once they have."""

    def __init__(self, subject: Any):
        self._subject, self._kind = subject, subjects.kind_of(subject)
        self._said, self._digest = content.of(subject), content.digest_of(subject)
        self._was_signed_off = standing.of(subject).signed_off_at is not None

    @property
    def key(self) -> tuple[str, int]:
        return self._kind, self._subject.pk

    def carry_over(self, redaction_id: int, words: Iterable[str]) -> int:
        """Put the mark into what was signed wherever it stands in the subject by now, and in place of `words` in what was signed
        before; returns in how many places."""
        self._subject.refresh_from_db()
        said, after = content.of(self._subject), content.digest_of(self._subject)
        paths = json.dumps([[str(step) for step in path] for path in _lost(self._said, said)])
        arguments = [redaction_id, self._kind, self._subject.pk, paths, sorted(words), self._digest, after]
        with connection.cursor() as cursor:
            cursor.execute("SELECT redact_signed(%s, %s, %s, %s, %s, %s, %s)", arguments)
            taken = cursor.fetchone()[0]
        if self._was_signed_off and after != self._digest:
            registry.of_kind(self._kind).redacted(self._subject)
        return taken


def _lost(before: Any, after: Any, path: Path = ()) -> Iterator[Path]:
    """Where a text has become the mark."""
    if after == redacting.MARK != before and isinstance(before, str):
        yield path
    elif isinstance(before, dict) and isinstance(after, dict):
        for name in before.keys() & after.keys():
            yield from _lost(before[name], after[name], (*path, name))
    elif isinstance(before, list) and isinstance(after, list):
        for place, pair in enumerate(zip(before, after, strict=False)):
            yield from _lost(*pair, (*path, place))
