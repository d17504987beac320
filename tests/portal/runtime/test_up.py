"""`make up` from the first line to the last: ready, refused twice, killed, started again, stopped."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from portal.runtime import servers
from portal.runtime.instance import OUTSIDE, Instance

pytestmark = pytest.mark.kill

STARTED = re.compile(r"(web|worker|beat) started \(pid=(\d+)\)")


class Up:
    """One run in a folder of its own, on a port of its own, with nobody in it."""

    def __init__(self, folder: Path, port: int, log: Path) -> None:
        self.log = log
        # the suite's own addresses and settings are not those of this run
        environment = {name: value for name, value in os.environ.items() if name not in (*OUTSIDE, "DJANGO_SETTINGS_MODULE")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.runtime.up", folder],
            env=environment | {"PORT": str(port), "DEMO": "0"},
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
        )

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def children(self) -> dict[str, int]:
        return {name: int(pid) for name, pid in STARTED.findall(self.output)}

    def is_ready(self) -> bool:
        return servers.wait_until(lambda: "\nConcord is ready" in self.output or self.process.poll() is not None, 90) and (
            self.process.poll() is None
        )


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def up(tmp_path, free_port):
    runs = []

    def start():
        runs.append(Up(tmp_path / "up", free_port, tmp_path / f"{len(runs)}.log"))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()
    Instance(tmp_path / "up").stop()


@pytest.mark.longest
def test_a_run_is_ready_stands_alone_and_leaves_nothing_behind(up, tmp_path, free_port):
    first = up()
    assert first.is_ready(), first.output
    for host in ("localhost", "127.0.0.1"):
        assert urllib.request.urlopen(f"http://{host}:{free_port}/healthz").status == 200
    assert json.loads((tmp_path / "up" / "environment.json").read_text())["PORT"] == str(free_port)

    second = up()
    assert second.process.wait(20) == 1
    assert second.output.strip().endswith(f"kill {first.process.pid}")

    first.process.kill()
    third = up()
    assert third.is_ready(), third.output
    assert not any(servers.runs(pid) for pid in first.children.values())

    third.process.send_signal(signal.SIGTERM)
    assert third.process.wait(30) == 0, third.output
    assert not any(servers.runs(pid) for pid in third.children.values())
    instance = Instance(tmp_path / "up")
    assert (instance.postgres.pid(), instance.valkey.pid()) == (None, None)
