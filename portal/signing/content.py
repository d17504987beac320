"""What exactly is signed: the canonical form of a subject's material content, its digest, and what differs from it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst

from portal import subjects
from portal.signing import registry


@dataclass(frozen=True, slots=True)
class Change:
    """One field, signed and present, in words."""

    label: str
    before: str
    after: str


def of(subject: Any) -> dict[str, Any]:
    """The material content of `subject` as plain JSON values."""
    material = subjects.of_kind(subjects.kind_of(subject)).material
    if material is None:
        raise LookupError(f"{subjects.kind_of(subject)} has no material content")
    return {name: plain(value) for name, value in material(subject).items()}


def canonical(kind: str, pk: int, content: Mapping[str, Any]) -> bytes:
    """One spelling for equal content of one subject: sorted keys, no spaces, UTF-8."""
    named = {"kind": kind, "id": pk, "content": content}
    return json.dumps(named, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest_of(subject: Any) -> str:
    """SHA-256 of the canonical form of what `subject` says now."""
    return digest(subjects.kind_of(subject), subject.pk, of(subject))


def digest(kind: str, pk: int, said: Mapping[str, Any]) -> str:
    """The same of what was read of it already."""
    return hashlib.sha256(canonical(kind, pk, said)).hexdigest()


def difference(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The fields in which two contents of one kind differ, in the order of its words."""
    signable = registry.of_kind(kind)
    names = [*signable.words, *sorted((before.keys() | after.keys()) - signable.words.keys())]
    return [
        Change(
            str(signable.words.get(name) or capfirst(name.replace("_", " "))),
            signable.say(name, before.get(name)),
            signable.say(name, after.get(name)),
        )
        for name in names
        if before.get(name) != after.get(name)
    ]


def plain(value: Any) -> Any:
    """Days as ISO, amounts as decimal strings; TypeError for what has no one spelling, as a float."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    raise TypeError(f"{type(value).__name__} cannot be signed")
