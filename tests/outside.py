"""Servers that Concord did not bring: of Debian's packages, or named in the environment."""

import os
import secrets
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
import pytest
import redis

from portal.runtime import outside, servers

NAMES = ("OUTSIDE_DATABASE_URL", "OUTSIDE_DATABASE_OWNER_URL", "OUTSIDE_REDIS_URL")
OPERATING = Path(__file__).resolve().parents[1] / "docs" / "operating.md"


@dataclass(frozen=True)
class Addresses:
    database_url: str
    owner_url: str
    redis_url: str


@contextmanager
def outside_servers(folder: Path) -> Iterator[Addresses]:
    """An empty database with the two roles of docs/operating.md, and a Redis; skips where there is neither."""
    if all(os.environ.get(name) for name in NAMES):
        with _database_of_its_own(*(os.environ[name] for name in NAMES)) as addresses:
            yield addresses
        return
    programs = outside.find()
    if programs is None:
        pytest.skip(outside.MISSING)
    # beside pytest's own folder, which the next run of pytest closes to the user that PostgreSQL runs as
    with (
        tempfile.TemporaryDirectory(prefix="concord-outside-", ignore_cleanup_errors=True) as home,
        _postgres(programs, Path(home) / "postgres") as (database_url, owner_url),
        _redis(programs, folder) as redis_url,
    ):
        yield Addresses(database_url, owner_url, redis_url)


def run(url: str, *statements: str) -> None:
    """Each statement a transaction of its own."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def _database_of_its_own(database_url: str, owner_url: str, redis_url: str) -> Iterator[Addresses]:
    """Beside the given one, which nothing is written into; the owner must be allowed to make it."""
    name, application = "test_concord_outside", urlsplit(database_url).username
    run(
        owner_url,
        f"DROP DATABASE IF EXISTS {name}",
        f"CREATE DATABASE {name}",
        f"REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC",
        f'GRANT CONNECT ON DATABASE {name} TO "{application}"',
    )
    try:
        yield Addresses(*(urlunsplit(urlsplit(url)._replace(path=f"/{name}")) for url in (database_url, owner_url)), redis_url)
    finally:
        run(owner_url, f"DROP DATABASE {name}")


@contextmanager
def _postgres(programs: outside.Programs, data: Path) -> Iterator[tuple[str, str]]:
    """Run it in `data` as whoever may: PostgreSQL refuses root. Its two roles come from the statements that we document."""
    uid, port, password = servers.server_user(data), free_port(), secrets.token_urlsafe(12)
    home = servers.private_folder(data, uid)
    servers.open_for(uid, home)
    known = home / "password"
    known.write_text(password)
    os.chown(known, uid, -1)
    options = {"env": {"LC_ALL": "C", **programs.environment}, "cwd": "/", **servers.as_user(uid)}
    cluster = home / "data"
    access = ["--auth=scram-sha-256", "--username=postgres", f"--pwfile={known}", "--encoding=UTF8", "--no-locale", "--no-sync"]
    made = subprocess.run([programs.postgres / "initdb", "-D", cluster, *access], capture_output=True, text=True, **options)
    assert made.returncode == 0, made.stderr
    settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
    command = [programs.postgres / "postgres", "-D", cluster, "-p", str(port), *(part for one in settings for part in ("-c", one))]
    with (home.parent / "postgres.log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, **options) as server:
        try:
            superuser = f"postgres://postgres:{quote(password, safe='')}@127.0.0.1:{port}/postgres"
            assert servers.wait_until(lambda: _lets_in(superuser), 30), log.name
            run(superuser, *documented_statements())
            yield (
                f"postgres://concord_app:application-secret@127.0.0.1:{port}/concord",
                f"postgres://concord_owner:owner-secret@127.0.0.1:{port}/concord",
            )
        finally:
            server.send_signal(signal.SIGQUIT)  # at once, connections or not


def documented_statements() -> list[str]:
    """What docs/operating.md tells a database administrator to run."""
    block = OPERATING.read_text().split("```sql\n")[1].split("```")[0]
    return [statement.strip() for statement in block.split(";") if statement.strip()]


def _lets_in(url: str) -> bool:
    try:
        psycopg2.connect(url, connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


@contextmanager
def _redis(programs: outside.Programs, folder: Path) -> Iterator[str]:
    port, password = free_port(), secrets.token_urlsafe(12)
    options = {"--port": str(port), "--bind": "127.0.0.1", "--requirepass": password, "--dir": str(folder), "--save": ""}
    command = [programs.redis, *(part for pair in options.items() for part in pair)]
    environment = os.environ | programs.environment
    with (folder / "redis.log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, env=environment) as server:
        try:
            client = redis.Redis(host="127.0.0.1", port=port, password=password)
            assert servers.wait_until(lambda: _answers(client), 30), log.name
            yield f"redis://:{password}@127.0.0.1:{port}/0"
        finally:
            server.kill()


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
