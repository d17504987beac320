"""The chain of the sealed log over plain values: one line a seal, each hash made from the one before. (calculation)"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed entry as it is exported. `params` is JSON text as PostgreSQL writes jsonb, `at` UTC with microseconds."""

    seq: int
    entry_id: int | None
    actor_id: int | None
    verb: str
    kind: str
    subject_id: int
    params: str
    text_digest: str
    request_id: str
    at: str
    hash: str = ""


def hash_after(previous: str, one: Sealed) -> str:
    """Hexadecimal SHA-256 of a JSON array: the sequence, the hash before, then the entry's fields."""
    told = [one.seq, previous, one.entry_id, one.actor_id, one.verb, one.kind, one.subject_id, one.params]
    told += [one.text_digest, one.request_id, one.at]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def as_line(one: Sealed) -> str:
    """A line of an exported list."""
    return json.dumps(astuple(one), ensure_ascii=False)


def from_lines(lines: Iterable[str]) -> Iterator[Sealed]:
    """The seals of an exported list; ValueError or TypeError for a line that is none."""
    for line in lines:
        if line.strip():
            values = json.loads(line)
            if not isinstance(values, list) or len(values) != len(fields(Sealed)):
                raise ValueError("no line of a seal list")
            yield Sealed(*values)


def check(seals: Iterable[Sealed]) -> Iterator[Sealed]:
    """The same seals, each proven by its hash; ValueError names the first that is not what was sealed, or missing."""
    previous, expected = START, 1
    for one in seals:
        if one.seq != expected:
            raise ValueError(f"seal {expected} is missing")
        if hash_after(previous, one) != one.hash:
            raise ValueError(f"seal {one.seq} is not what was sealed")
        previous, expected = one.hash, expected + 1
        yield one
