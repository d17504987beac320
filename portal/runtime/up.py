"""`make up`: servers, migrations, the demo on the first run, then web, worker and beat until somebody says stop."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from portal.runtime.errors import CannotStart
from portal.runtime.instance import OUTSIDE, Instance
from portal.runtime.preflight import check_given, check_port, only_one, stop_when_asked, wanted_port
from portal.runtime.runner import STOPPING, Runner

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "up"
PYTHON = shlex.quote(sys.executable)
SECONDS_TO_READY = 90
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def main(folder: Path = FOLDER) -> int:
    """Run Concord with its own servers and locks in `folder`; 0 when it was asked to stop."""
    stop_when_asked()
    try:
        port = wanted_port()
        with only_one(folder, port):
            check_port(port)
            with servers(folder, port) as environment:
                prepare(environment)
                return serve(environment, folder, port)
    except CannotStart as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped before it was ready.")
        return 0


@contextmanager
def servers(folder: Path, port: int) -> Iterator[dict[str, str]]:
    """The environment of everything Concord runs, with embedded servers for what no address was given for."""
    given = {name: os.environ[name] for name in OUTSIDE if os.environ.get(name)}
    check_given(given)
    instance = Instance(folder, given=given, noted={"PORT": str(port)})
    outside = {"DATABASE_URL", "REDIS_URL"} <= set(given)
    say("Connecting to the given servers" if outside else "Starting the servers")
    if "DATABASE_URL" in given and "DATABASE_OWNER_URL" not in given:
        print("DATABASE_OWNER_URL is not set, so every process may alter the record; docs/operating.md tells how to part the two.")
    try:
        instance.start()
        yield {
            **ONE_THREAD,
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "portal.settings.development",
            "DEMO_ACCOUNTS": str(accounts_of(folder)),
            "FIRST_SIGN_IN": str(first_sign_in_of(folder)),
            **os.environ,
            **instance.environment,
            "SECRET_KEY": os.environ.get("SECRET_KEY") or instance.environment["SECRET_KEY"],
        }
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        instance.stop()


def prepare(environment: Mapping[str, str]) -> None:
    """Migrate, collect static files and load the demo organisation once, with the owner's rights."""
    say("Preparing the database")
    done = subprocess.run([sys.executable, "-m", "portal.runtime.prepare"], cwd=ROOT, env=dict(environment))
    if done.returncode:
        raise CannotStart("Concord could not be prepared; the reason is above.")


def serve(environment: Mapping[str, str], folder: Path, port: int) -> int:
    """Run the processes until a signal (0) or the end of one of them (1)."""
    runner = Runner()
    shared = {**environment, "PROMETHEUS_MULTIPROC_DIR": str(empty(folder / "metrics"))}
    for name, command in commands(folder, port).items():
        runner.add_process(name, f"exec {command}", env=shared, cwd=str(ROOT))
    threading.Thread(target=announce, args=[runner, folder, port], daemon=True).start()
    runner.loop()
    if runner.asked:
        print("Concord has stopped.")
        return 0
    print("A part of Concord ended by itself, so everything was stopped; its last lines are above.", file=sys.stderr)
    return 1


def empty(folder: Path) -> Path:
    """`folder`, with nothing in it: the web processes add up their counts there, each run from zero."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def commands(folder: Path, port: int) -> dict[str, str]:
    """What runs side by side, by name."""
    bind = " ".join(f"--bind {address}:{port}" for address in loopbacks(port))
    return {
        "web": f"{PYTHON} -m gunicorn portal.wsgi:application --preload {bind} --workers 2 --threads 4 "
        "--worker-tmp-dir /dev/shm --graceful-timeout 4 --no-control-socket --log-level warning",
        "worker": f"{PYTHON} -m celery --quiet --app portal.celery:app worker --queues celery,record --concurrency 2 "
        "--without-gossip --without-mingle --loglevel warning",
        "beat": f"{PYTHON} -m celery --quiet --app portal.celery:app beat --pidfile= --loglevel warning "
        f"--schedule {shlex.quote(str(folder / 'beat-schedule'))}",
    }


def loopbacks(port: int) -> list[str]:
    """The addresses `localhost` may mean here: some browsers try the IPv6 one first."""
    with suppress(OSError), closing(socket.socket(socket.AF_INET6)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("::1", port))
        return ["127.0.0.1", "[::1]"]
    return ["127.0.0.1"]


def announce(runner: Runner, folder: Path, port: int) -> None:
    """Say that Concord is ready once it says so itself; stop everything when it never does."""
    deadline = time.monotonic() + SECONDS_TO_READY
    answer = "no answer"
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
                if response.status == 200:
                    runner.lines.say(ready_line(folder, port))
                    return
        except urllib.error.HTTPError as error:
            answer = error.read().decode(errors="replace")[:500]
        except OSError as error:
            answer = str(error)
        time.sleep(0.1)
    print(f"Concord did not become ready within {SECONDS_TO_READY} seconds: {answer}", file=sys.stderr, flush=True)
    runner.terminate()


def accounts_of(folder: Path) -> Path:
    """Where the demo writes how its people sign in: beside the folder of the servers."""
    return folder.parent / "demo-accounts.json"


def first_sign_in_of(folder: Path) -> Path:
    """Where the link for the first person of an empty portal is written: beside the folder of the servers."""
    return folder.parent / "first-sign-in.txt"


def ready_line(folder: Path, port: int) -> str:
    first, accounts = first_sign_in_of(folder), accounts_of(folder)
    told = {first: "the first person comes in by the link in", accounts: "demo sign-ins are in"}
    found = next((path for path in told if path.exists()), None)
    shown = found.relative_to(ROOT) if found and found.is_relative_to(ROOT) else found
    sign_ins = f"; {told[found]} {shown}" if found else ""
    return f"Concord is ready at http://localhost:{port}/ and http://127.0.0.1:{port}/ (Ctrl-C stops it{sign_ins})"


def say(sentence: str) -> None:
    print(f"{sentence} …", flush=True)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
