"""A backup becomes a database again: the tables of its day, its rows, then the changes that came since."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from psycopg2 import DatabaseError, sql

from portal.record import backups, verification
from portal.record.backups import Manifest, Table
from portal.record.errors import CannotRestore

_OWN = """
    SELECT format('DROP %s IF EXISTS public.%s CASCADE', what, name) FROM (
        SELECT 'TABLE' AS what, quote_ident(relname) AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        UNION ALL SELECT 'SEQUENCE', quote_ident(relname) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
        UNION ALL SELECT 'ROUTINE', oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS ours
"""

CHUNK = 1 << 20  # bytes read at a time


def read_manifest(path: Path) -> Manifest:
    """What the backup says of itself. Raises CannotRestore for a file that is damaged or none of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read(backups.MANIFEST))
        if told["format"] != backups.FORMAT:
            raise CannotRestore(
                f"This backup has format {told['format']}, which this Concord cannot read: restore it with a newer one."
            )
        told["tables"] = {name: Table(**table) for name, table in told["tables"].items()}
        told["sequences"] = {name: tuple(value) for name, value in told["sequences"].items()}
        return Manifest(**told)
    except FileNotFoundError:
        raise CannotRestore(f"There is no file {path}: name a backup that `manage.py backup` wrote.") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError):
        raise CannotRestore(f"{path} is no whole backup: it was cut off or changed, or something else wrote it.") from None


def restore(path: Path, *, replace: bool = False) -> tuple[Manifest, verification.Report]:
    """Fill the database from `path`, all or nothing, and verify the sealed log up to the head the backup names.

    As the owner of an empty database; `replace` throws away whatever is there. Raises CannotRestore.
    """
    manifest = read_manifest(path)
    targets = _targets(manifest)
    _demand_owner()
    existing = connection.introspection.table_names()
    in_use = bool(existing) and _holds_rows()
    if in_use and not replace:
        raise CannotRestore(
            "This database holds an organisation already: restore into an empty one, or say --replace to throw it away."
        )
    check(path, manifest)
    with transaction.atomic():
        if in_use or not _is_prepared(manifest):
            if existing:
                _drop_everything()
            MigrationExecutor(connection).migrate(targets)
        _fill(path, manifest)
    call_command("migrate", interactive=False, verbosity=0)  # what came after the backup, and the grants
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    report = verification.verify(manifest.head)
    if report.findings:
        raise CannotRestore(
            "The backup was restored, but its log is not what was sealed: run verify_audit and look for another one."
        )
    return manifest, report


def check(path: Path, manifest: Manifest) -> None:
    """Read the whole file once, and hold every table to what the manifest says of it, before a database is touched.

    Raises CannotRestore.
    """
    with zipfile.ZipFile(path) as archive:
        for name, table in manifest.tables.items():
            try:
                with archive.open(backups.entry(name)) as stored:
                    read = _Digested(stored)
                    rows = sum(piece.count(b"\n") for piece in iter(lambda read=read: read.read(CHUNK), b""))  # COPY escapes others
            except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
                raise _damaged(name) from error
            if rows != table.rows or read.digest.hexdigest() != table.sha256:
                raise _damaged(name)


def _damaged(name: str) -> CannotRestore:
    return CannotRestore(f"The table {name} of this backup is damaged: nothing was restored. Take another backup.")


def _targets(manifest: Manifest) -> list[tuple[str, str]]:
    """The migrations the backup was made at. Raises CannotRestore where this code does not know one of them."""
    known = MigrationExecutor(connection).loader
    applied = {(app, name) for app, names in manifest.migrations.items() for name in names}
    for app, name in sorted(applied - set(known.disk_migrations)):
        raise CannotRestore(f"This backup was made by a newer Concord ({app}.{name}): upgrade this one first, then restore.")
    return sorted(one for one in applied if not applied & set(known.graph.node_map[one].children))


def _is_prepared(manifest: Manifest) -> bool:
    """Whether the database stands where the backup was made: then its tables need not be made anew."""
    return sorted(MigrationRecorder(connection).applied_migrations()) == sorted(
        (app, name) for app, names in manifest.migrations.items() for name in names
    )


def _demand_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(current_user, datdba, 'member') FROM pg_database WHERE datname = current_database()")
        if not cursor.fetchone()[0]:
            raise CannotRestore("Restoring needs the owner of the database: set DATABASE_OWNER_URL.")


def _holds_rows() -> bool:
    """Whether somebody has moved in: what migrating alone writes does not count."""
    with connection.cursor() as cursor:
        for table in ("people_user", "people_unit", "record_auditentry"):
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"])
            if cursor.fetchone()[0]:
                cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
                if cursor.fetchone()[0]:
                    return True
    return False


def _drop_everything() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OWN)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def _fill(path: Path, manifest: Manifest) -> None:
    """Every row as it was, past the triggers that keep history and forbid changes; references are checked at the end."""
    here = backups.tables()
    if strange := sorted(set(manifest.tables) ^ set(here)):
        raise CannotRestore(
            f"The tables of this backup are not those of its migrations ({', '.join(strange[:3])}): nothing was restored."
        )
    with connection.cursor() as cursor, zipfile.ZipFile(path) as archive:
        cursor.execute("SET LOCAL statement_timeout = 0")
        every = sql.SQL(", ").join(map(sql.Identifier, manifest.tables))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # of rows that a migration wrote just now: checks that wait forbid to alter
        _switch(cursor, manifest.tables, "DISABLE")
        cursor.execute(sql.SQL("TRUNCATE {}").format(every))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for name, table in manifest.tables.items():
            _copy_in(cursor, archive, name, table)
        try:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # now: a table whose checks wait cannot be altered
        except IntegrityError as error:
            raise CannotRestore(
                "The tables of this backup do not fit each other: nothing was restored. Take another backup."
            ) from error
        _switch(cursor, manifest.tables, "ENABLE")
        for name, (last, called) in manifest.sequences.items():
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [f'public."{name}"', last, called])


def _switch(cursor: Any, tables: Mapping[str, Table], how: str) -> None:
    for name in tables:
        cursor.execute(sql.SQL(f"ALTER TABLE {{}} {how} TRIGGER USER").format(sql.Identifier(name)))


def _copy_in(cursor: Any, archive: zipfile.ZipFile, name: str, table: Table) -> None:
    named = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), named)
    try:
        with archive.open(backups.entry(name)) as stored:
            cursor.copy_expert(statement.as_string(cursor.cursor), stored)
    except DatabaseError as error:  # the file is whole, and yet holds no rows of this table
        raise _damaged(name) from error


class _Digested:
    """Reads bytes and remembers their SHA-256."""

    def __init__(self, stream: BinaryIO | Any):
        self._stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self.digest.update(piece)
        return piece
