"""What is looked at before anything is started: the port, another run, the servers the environment names."""

import fcntl
import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import redis

from portal.runtime.errors import CannotStart
from portal.runtime.runner import STOPPING, die_with_parent

SECONDS_FOR_THE_LOCK = 3
SECONDS_FOR_THE_PORT = 6


def stop_when_asked() -> None:
    """SIGTERM and SIGHUP end the set-up as Ctrl-C does, and so does the end of the `make` that started it."""

    def stop(*_) -> None:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in STOPPING:
        signal.signal(number, stop)
    with suppress(OSError):
        if Path(f"/proc/{os.getppid()}/comm").read_text().strip() in ("make", "gmake"):
            die_with_parent(signal.SIGTERM)


def wanted_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT is {text!r}; set it to a number from 1 to 65535.")
    return int(text)


@contextmanager
def only_one(folder: Path, port: int) -> Iterator[None]:
    """Hold the clone for this run; the kernel lets go of it however the run ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "runner.lock").open("a+") as lock:
        deadline = time.monotonic() + SECONDS_FOR_THE_LOCK  # the watchers of a killed run need a moment to follow it
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise CannotStart(already_running(lock)) from None
                time.sleep(0.1)
        lock.truncate(0)
        json.dump({"pid": os.getpid(), "port": port}, lock)
        lock.flush()
        yield


def already_running(lock) -> str:
    lock.seek(0)
    try:
        other = json.loads(lock.read())
    except ValueError:
        return "Concord is just being started here by another `make up`."
    return (
        f"Concord already runs here at http://localhost:{other['port']}/ (process {other['pid']}); "
        f"use that one, or stop it first with: kill {other['pid']}"
    )


def check_port(port: int) -> None:
    """Refuse a port that another program holds; wait a moment for the web server of a killed run to let go of it."""
    deadline = time.monotonic() + SECONDS_FOR_THE_PORT
    while True:
        try:
            with closing(socket.socket()) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
                return
        except PermissionError:
            raise CannotStart(f"Port {port} is reserved for root; choose another: make up PORT=8000") from None
        except OSError:
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"Port {port} is used by another program; stop that one or choose another port: "
                    f"make up PORT={port + 1 if port < 65535 else 8000}"
                ) from None
            time.sleep(0.2)


def check_given(given: Mapping[str, str]) -> None:
    """Try what the environment names before anything is built on it."""
    if "DATABASE_OWNER_URL" in given and "DATABASE_URL" not in given:
        raise CannotStart("DATABASE_OWNER_URL is set without DATABASE_URL; set both or neither.")
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        if name in given:
            try:
                psycopg2.connect(given[name], connect_timeout=5).close()
            except (psycopg2.Error, UnicodeError) as error:
                reason = str(error).strip().splitlines()[0]
                raise CannotStart(f"{name} is set, but that database does not let us in: {reason}") from None
    if "REDIS_URL" in given:
        try:
            redis.Redis.from_url(given["REDIS_URL"], socket_connect_timeout=5).ping()
        except (redis.RedisError, ValueError, OSError) as error:
            raise CannotStart(f"REDIS_URL is set, but that server does not answer: {error}") from None
