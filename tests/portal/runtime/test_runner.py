"""Processes that live and die together, tried with real ones."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from portal.runtime import servers

pytestmark = pytest.mark.kill

FAMILY = "sh -c 'sleep 600 & echo $! > {folder}/grandchild; echo $$ > {folder}/child; wait'"
ALONE = "sh -c 'echo $$ > {folder}/child; exec sleep 600'"
STUBBORN = "sh -c 'trap \"\" TERM; echo $$ > {folder}/child; while true; do sleep 0.2; done'"


class Run:
    """A runner in a process of its own, with one quiet process and one that a test chooses."""

    def __init__(self, folder: Path, command: str) -> None:
        self.folder = folder
        script = f"""
            from portal.runtime.runner import Runner
            runner = Runner()
            runner.add_process("quiet", "exec sh -c 'echo $$ > {folder}/quiet; exec sleep 600'")
            runner.add_process("chosen", {("exec " + command.format(folder=folder))!r})
            runner.loop()
            raise SystemExit(0 if runner.asked else 1)
        """
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script)],
            stdout=(folder / "output").open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def pid(self, name: str) -> int:
        path = self.folder / name
        assert servers.wait_until(lambda: path.exists() and path.read_text().strip() != "", seconds=20), self.output
        return int(path.read_text())

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()


@pytest.fixture
def run(tmp_path):
    started = []

    def start(command):
        started.append(Run(tmp_path, command))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
            each.process.wait()


def gone(*pids, seconds=10):
    return servers.wait_until(lambda: not any(servers.runs(pid) for pid in pids), seconds)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_ends_everything_and_counts_as_success(run, number):
    running = run(FAMILY)
    pids = [running.pid(name) for name in ("quiet", "child", "grandchild")]

    running.process.send_signal(number)

    assert running.process.wait(20) == 0, running.output
    assert gone(*pids)


def test_signal_right_at_the_start_ends_everything(run):
    running = run(FAMILY)
    assert servers.wait_until(lambda: "started" in running.output, seconds=20)

    running.process.send_signal(signal.SIGTERM)

    assert running.process.wait(20) == 0, running.output
    assert gone(running.pid("quiet"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_end_of_one_process_ends_all_and_counts_as_failure(run, number):
    running = run(FAMILY)
    pids = [running.pid(name) for name in ("quiet", "child", "grandchild")]

    os.kill(running.pid("child"), number)

    assert running.process.wait(20) == 1, running.output
    assert gone(*pids)


def test_process_that_does_not_listen_is_killed(run):
    running = run(STUBBORN)
    pids = [running.pid(name) for name in ("quiet", "child")]

    running.process.send_signal(signal.SIGTERM)

    assert running.process.wait(20) == 0, running.output
    assert gone(*pids)


def test_killed_runner_takes_its_processes_along(run):
    running = run(ALONE)
    pids = [running.pid(name) for name in ("quiet", "child")]

    running.process.kill()

    assert gone(*pids), running.output
