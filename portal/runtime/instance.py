"""One folder with all an embedded Concord needs: servers, secrets and `environment.json` with their addresses."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from portal.runtime import servers
from portal.runtime.errors import CannotStart
from portal.runtime.postgres import APP, OWNER, SUPERUSER, Postgres
from portal.runtime.valkey import Valkey


@dataclass(frozen=True)
class Addresses:
    """Where the servers of an instance are reached; `superuser_url` is for tests of what the other roles may not do."""

    database_url: str
    database_owner_url: str
    redis_url: str
    superuser_url: str = field(repr=False)


@dataclass
class Instance:
    """The embedded servers of one folder; `durable=False` trades safety from power loss for speed, in tests."""

    folder: Path
    durable: bool = True

    def __post_init__(self) -> None:
        self.folder = Path(self.folder).resolve()

    def start(self) -> Addresses:
        """Run both servers, adopting those that run already, write `environment.json`, and say where they are."""
        with self._alone():
            self.valkey.start()
            self.postgres.start()
            self._write_environment()
            return self.addresses

    def stop(self) -> None:
        """End both servers; nothing happens when they do not run."""
        with self._alone():
            self.valkey.stop()
            self.postgres.stop()

    @property
    def addresses(self) -> Addresses:
        return Addresses(
            database_url=self.postgres.url(APP),
            database_owner_url=self.postgres.url(OWNER),
            redis_url=self.valkey.url,
            superuser_url=self.postgres.url(SUPERUSER),
        )

    @cached_property
    def postgres(self) -> Postgres:
        return Postgres(self.folder / "postgres", self._sockets, self._uid, self._secrets, self.durable)

    @cached_property
    def valkey(self) -> Valkey:
        return Valkey(self.folder / "valkey", self._sockets, self._uid)

    @cached_property
    def _uid(self) -> int:
        return servers.server_user(self.folder / "postgres")

    @cached_property
    def _sockets(self) -> Path:
        return servers.socket_folder(self.folder, self._uid)

    @cached_property
    def _secrets(self) -> dict[str, str]:
        path = self.folder / "secrets.json"
        if path.exists():
            return json.loads(path.read_text())
        if (self.folder / "postgres").exists():
            raise CannotStart(f"{path} is lost, and with it the key to the database beside it; remove {self.folder}.")
        made = {name: secrets.token_urlsafe(32) for name in (SUPERUSER, OWNER, APP)}
        made["SECRET_KEY"] = secrets.token_urlsafe(64)
        write_private(path, made)
        return made

    def _write_environment(self) -> None:
        addresses = asdict(self.addresses)
        environment = {name.upper(): addresses[name] for name in ("database_url", "database_owner_url", "redis_url")}
        write_private(self.folder / "environment.json", environment | {"SECRET_KEY": self._secrets["SECRET_KEY"]})

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One start or stop at a time; the kernel gives the lock back when its holder is killed."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("a")
        except PermissionError as error:
            raise CannotStart(f"{self.folder} belongs to another user; remove it, or run as its owner.") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def write_private(path: Path, content: dict[str, str]) -> None:
    """Write `content` as JSON that only its owner may read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
    draft.replace(path)
