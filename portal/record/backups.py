"""One file with everything the database holds: written from one snapshot, so that it is a moment that really was."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.crypto import salted_hmac
from psycopg2 import sql

from portal import clock
from portal.record import sealing

FORMAT = 1
MANIFEST = "manifest.json"
NOT_COPIED = {"django_migrations"}  # the manifest names the migrations; restoring applies them

_TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES = "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' ORDER BY 1"


@dataclass(frozen=True)
class Table:
    """What the file holds of one table: its columns in order, how many rows, SHA-256 of their text."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `key` tells whether a SECRET_KEY is the one that sealed the second factors in it."""

    format: int
    made_at: str
    migrations: dict[str, list[str]]
    tables: dict[str, Table]
    sequences: dict[str, tuple[int, bool]]
    head_seq: int
    head: str
    key: str
    rows: int = field(default=0)


def write(path: Path) -> Manifest:
    """Everything into `path`, whole or not at all; FileExistsError rather than over an older backup."""
    path = Path(path)
    if path.exists():
        raise FileExistsError(path)
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive, _snapshot():
                manifest = _write_all(archive)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # refuses where somebody else wrote the same name meanwhile
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def tables() -> dict[str, list[str]]:
    """Every table that is copied, with the columns that are not computed."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return {name: columns for name, columns in cursor.fetchall() if name not in NOT_COPIED}


def key_fingerprint() -> str:
    return salted_hmac("concord.backup", "secret key").hexdigest()[:16]


@contextmanager
def _snapshot() -> Iterator[None]:
    """One moment for all tables, whatever is written meanwhile; nobody waits for it."""
    if connection.in_atomic_block:
        raise RuntimeError("A backup needs a transaction of its own.")
    with connection.cursor() as cursor:
        cursor.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _write_all(archive: zipfile.ZipFile) -> Manifest:
    copied = {name: _copy_out(archive, name, columns) for name, columns in tables().items()}
    seq, head = sealing.head()
    manifest = Manifest(
        format=FORMAT,
        made_at=clock.now().isoformat(timespec="seconds"),
        migrations=_applied(),
        tables=copied,
        sequences=_sequences(),
        head_seq=seq,
        head=head,
        key=key_fingerprint(),
        rows=sum(table.rows for table in copied.values()),
    )
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    return manifest


def _copy_out(archive: zipfile.ZipFile, name: str, columns: list[str]) -> Table:
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(name), named)
    with connection.cursor() as cursor, archive.open(entry(name), "w", force_zip64=True) as into:
        counted = _Digesting(into)
        cursor.copy_expert(statement.as_string(cursor.cursor), counted)
        return Table(columns, max(0, cursor.rowcount), counted.digest.hexdigest())


def entry(table: str) -> str:
    return f"tables/{table}.copy"


class _Digesting:
    """Passes bytes on and remembers their SHA-256."""

    def __init__(self, into: Any):
        self._into, self.digest = into, hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.digest.update(piece)
        return self._into.write(piece)


def _applied() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def _sequences() -> dict[str, tuple[int, bool]]:
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES)
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name)))
            found[name] = cursor.fetchone()
    return found
