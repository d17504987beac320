"""Verrow, moved in once for every test that takes it over: by the step of `make up`, and kept while code and day are the same."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis

from portal.runtime.instance import OUTSIDE, Instance, write_private
from portal.runtime.postgres import programs
from tests.servers import INSTANCE

ROOT = Path(__file__).resolve().parents[1]
DATABASE = "test_verrow"
ROOMS = ("portal", "assets", "risks", "governance", "requirements")
NOTE = INSTANCE.folder / "verrow.json"


@dataclass(frozen=True)
class Kept:
    """The database that it lies in, which nobody connects to but to copy it, and how people sign in."""

    database: str
    doors: dict[str, dict[str, str]]


def kept() -> Kept:
    """Build it, or find it as it was built from this code today. One process builds, the others wait for it."""
    with (INSTANCE.folder / "verrow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = json.loads(NOTE.read_text()) if NOTE.exists() else {}
        if known.get("built_from") != (built_from := _code_and_day()) or not _stands():
            NOTE.unlink(missing_ok=True)
            known = {"built_from": built_from, "doors": _build()}
            write_private(NOTE, known)
        return Kept(DATABASE, known["doors"])


def move_into(folder: Path) -> dict[str, dict[str, str]]:
    """Let a new instance in `folder` begin with it, under the same secrets; how people sign in there."""
    verrow, instance = kept(), Instance(folder)
    folder.mkdir(parents=True)
    write_private(folder / "secrets.json", json.loads((INSTANCE.folder / "secrets.json").read_text()))
    instance.start()
    try:
        tools, dump = programs() / "bin", folder / "verrow.dump"
        subprocess.run([tools / "pg_dump", "-Fc", "-Z0", "--no-owner", f"--file={dump}", _url(verrow.database)], check=True)
        target = ["--dbname", instance.addresses.database_owner_url, dump]
        subprocess.run([tools / "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", *target], check=True)
        dump.unlink()
    finally:
        instance.stop()
    return verrow.doors


def _build() -> dict[str, dict[str, str]]:
    _run(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    _run(f"CREATE DATABASE {DATABASE}")
    redis.Redis(unix_socket_path=urlsplit(INSTANCE.addresses.redis_url).path).flushdb()  # what is remembered there is of another
    accounts = INSTANCE.folder / "verrow-accounts.json"
    addresses = {"DATABASE_URL": _url(DATABASE, INSTANCE.addresses.database_url), "DATABASE_OWNER_URL": _url(DATABASE)}
    environment = {name: value for name, value in os.environ.items() if name not in (*OUTSIDE, "DEMO", "PORT")}
    environment |= INSTANCE.environment | addresses
    environment |= {"DJANGO_SETTINGS_MODULE": "portal.settings.development", "DEMO_ACCOUNTS": str(accounts)}
    command = [sys.executable, "-m", "portal.runtime.prepare"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    doors = json.loads(accounts.read_text())
    accounts.unlink()
    return doors


def _code_and_day() -> str:
    """Of everything that it is built by; Verrow's months end yesterday."""
    import portal.clock
    from governance.board.demo.times import ZONE

    digest = hashlib.sha256(str(portal.clock.today(ZONE)).encode())
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _stands() -> bool:
    with closing(psycopg2.connect(INSTANCE.addresses.database_owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        return cursor.fetchone() is not None


def _url(database: str, of: str = INSTANCE.addresses.database_owner_url) -> str:
    return urlunsplit(urlsplit(of)._replace(path=f"/{database}"))


def _run(statement: str) -> None:
    with closing(psycopg2.connect(INSTANCE.addresses.database_owner_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
