"""Is the sealed log what it was? Recomputed here from the rows alone, without the function that sealed them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import connection, transaction

from portal.record import chain

ROWS_AT_A_TIME = 2000

# A row of record_redacted alone proves nothing: the log tells of each redaction, who carried it out, and of which entries. One that
# the retention table did not ask for was proposed by somebody else, for the same entries.
_TOLD = """
    FROM record_auditentry c
    WHERE c.kind = 'redaction' AND c.subject_id = r.redaction_id AND c.verb = 'redaction.carried_out'
      AND (c.params->'by_retention' = 'true' OR EXISTS (
          SELECT FROM record_auditentry p
          WHERE p.kind = 'redaction' AND p.subject_id = c.subject_id AND p.verb = 'redaction.proposed'
            AND p.actor_id <> c.actor_id AND p.params->'entries' = c.params->'entries' AND p.params->'fields' = c.params->'fields'))
"""
_SEALS = """
    SELECT s.seq, s.entry_id, s.hash, e.id, e.actor_id, e.verb, e.kind, e.subject_id, e.params::text, e.text_digest,
           e.request_id, e.at, w.text,
           w.text IS NULL AND EXISTS (
               SELECT FROM record_redacted r WHERE r.target = 'record_entrytext' AND r.row_id = s.entry_id
               AND EXISTS (SELECT {told} AND c.params->'entries' @> to_jsonb(s.entry_id)))
    FROM record_seal s LEFT JOIN record_auditentry e ON e.id = s.entry_id LEFT JOIN record_entrytext w ON w.entry_id = e.id
    ORDER BY s.seq
""".replace("{told}", _TOLD)
# Of versions the log tells how many a redaction overwrote: more than that went without it.
_VERSIONS = """
    SELECT r.redaction_id, count(*), coalesce((SELECT max((c.params->>'versions')::bigint) {told}), 0)
    FROM record_redacted r WHERE r.target <> 'record_entrytext' GROUP BY r.redaction_id ORDER BY r.redaction_id
""".replace("{told}", _TOLD)
_HEADS = """
    SELECT h.day, h.seq, h.hash FROM record_dayhead h LEFT JOIN record_seal s ON s.seq = h.seq
    WHERE s.hash IS DISTINCT FROM h.hash ORDER BY h.day
"""
_UNSEALED = """
    SELECT count(*), min(e.at) FROM record_auditentry e
    WHERE NOT EXISTS (SELECT FROM record_seal s WHERE s.entry_id = e.id)
"""


@dataclass
class Report:
    """What was found. `redacted` counts entries whose words were taken away, `redacted_versions` row versions that lost some;
    both leave the chain whole."""

    sealed: int = 0
    head: str = ""
    findings: list[str] = field(default_factory=list)
    redacted: int = 0
    redacted_versions: int = 0
    unsealed: int = 0
    oldest_unsealed_at: datetime | None = None


@dataclass(frozen=True)
class _Row:
    seq: int
    sealed_entry_id: int
    hash: str
    entry_id: int | None
    actor_id: int | None
    verb: str
    kind: str
    subject_id: int
    params: str
    text_digest: str
    request_id: str
    at: datetime
    words: str | None
    is_redacted: bool


def verify(known_head: str = "") -> Report:
    """Go through every seal in order. `known_head` is a hash somebody kept elsewhere: without it a tail that was cut off, or
    a chain that was computed anew from some point on, cannot be told from a shorter or another history."""
    report, previous, met = Report(), chain.START, not known_head
    for row in _rows():
        report.findings += _differences(row, report.sealed + 1, previous)
        report.redacted += row.is_redacted
        report.sealed, previous = row.seq, row.hash
        met = met or row.hash == known_head
    report.head = previous if report.sealed else ""
    with connection.cursor() as cursor:
        cursor.execute(_HEADS)
        noted = cursor.fetchall()
        report.findings += [_lost(day, seq, report.sealed) for day, seq, _hash_of_day in noted]
        if not met and known_head not in {hash_of_day for _day, _seq, hash_of_day in noted}:
            report.findings.append(
                f"no seal has the hash {known_head}: the log was cut off after seal {report.sealed} or chained anew"
            )
        cursor.execute(_VERSIONS)
        for redaction_id, overwritten, told in cursor.fetchall():
            report.redacted_versions += overwritten
            if overwritten > told:
                finding = f"redaction {redaction_id} overwrote {overwritten} row versions, and the log tells of {told}"
                report.findings.append(finding)
        cursor.execute(_UNSEALED)
        report.unsealed, report.oldest_unsealed_at = cursor.fetchone()
    return report


def _lost(day: date, seq: int, last: int) -> str:
    """A head that was noted when a day ended and leads nowhere."""
    if seq > last:
        return f"seal {last + 1} to {seq} is missing: the log reached {seq} when {day} ended, and was cut off"
    return f"seal {seq} is not the one noted when {day} ended: the log was chained anew from some seal up to it"


def _differences(row: _Row, expected_seq: int, previous: str) -> Iterator[str]:
    if row.seq != expected_seq:
        missing = f"{expected_seq}" if row.seq == expected_seq + 1 else f"{expected_seq} to {row.seq - 1}"
        yield f"seal {missing} is missing"
    if row.entry_id is None:
        yield f"seal {row.seq}: its entry {row.sealed_entry_id} was removed"
    elif chain.hash_after(previous, _as_sealed(row)) != row.hash:
        yield f"seal {row.seq}: entry {row.entry_id} is not what was sealed, or stands in another place"
    elif row.words is not None and hashlib.sha256(row.words.encode()).hexdigest() != row.text_digest:
        yield f"seal {row.seq}: the words of entry {row.entry_id} are not those that were sealed"
    elif row.words is None and row.text_digest and not row.is_redacted:
        yield f"seal {row.seq}: the words of entry {row.entry_id} were removed, and by no redaction"


def sealed() -> Iterator[chain.Sealed]:
    """The sealed log in order, as it is exported."""
    return (_as_sealed(row) for row in _rows())


def _as_sealed(row: _Row) -> chain.Sealed:
    at = row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    told = (row.entry_id, row.actor_id, row.verb, row.kind, row.subject_id, row.params, row.text_digest, row.request_id, at)
    return chain.Sealed(row.seq, *told, row.hash)


def _rows() -> Iterator[_Row]:
    """All seals in order, through a cursor of the server: the log may be larger than memory."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_SEALS)
        while rows := cursor.fetchmany(ROWS_AT_A_TIME):
            yield from (_Row(*row) for row in rows)
