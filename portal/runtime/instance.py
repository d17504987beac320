"""One folder with all an embedded Concord needs: servers, secrets and `environment.json` with their addresses."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from portal.runtime import servers
from portal.runtime.errors import CannotStart
from portal.runtime.postgres import APP, OWNER, SUPERUSER, Postgres
from portal.runtime.valkey import Valkey

OUTSIDE = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")  # servers run elsewhere, named in the environment


@dataclass(frozen=True)
class Addresses:
    """Where the servers of an instance are reached; `superuser_url` is for tests of what the other roles may not do."""

    database_url: str
    database_owner_url: str
    redis_url: str
    superuser_url: str = field(repr=False)


@dataclass
class Instance:
    """The embedded servers of one folder; `durable=False` trades safety from power loss for speed, in tests.

    `given` names servers run elsewhere by their variables in `OUTSIDE`; no embedded one is started in their place. `noted` is
    written down beside the addresses, for commands that are run later.
    """

    folder: Path
    durable: bool = True
    given: Mapping[str, str] = field(default_factory=dict)
    noted: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = Path(self.folder).resolve()

    def start(self) -> Addresses:
        """Run both servers, adopting those that run already, write `environment.json`, and say where they are."""
        with self._alone():
            if "REDIS_URL" not in self.given:
                self.valkey.start()
            if "DATABASE_URL" not in self.given:
                self.postgres.start()
            write_private(self.folder / "environment.json", self.environment)
            return self.addresses

    def stop(self) -> None:
        """End both servers; nothing happens when they do not run."""
        with self._alone():
            self.valkey.stop()
            self.postgres.stop()

    @property
    def addresses(self) -> Addresses:
        """Where everything is reached, whether it runs or not."""
        redis_url = self.given.get("REDIS_URL") or self.valkey.url
        if url := self.given.get("DATABASE_URL"):
            return Addresses(url, self.given.get("DATABASE_OWNER_URL") or url, redis_url, superuser_url="")
        app, owner, superuser = (self.postgres.url(role) for role in (APP, OWNER, SUPERUSER))
        return Addresses(app, owner, redis_url, superuser)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to reach this instance: addresses and the secret key, by variable."""
        addresses = asdict(self.addresses)
        reached = {name: addresses[name.lower()] for name in OUTSIDE}
        return {**self.noted, **reached, "SECRET_KEY": self._secrets["SECRET_KEY"]}

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
