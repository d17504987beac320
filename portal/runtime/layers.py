"""`make test`: the suite layer by layer, each within its time; the last line sums up all of them."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from portal.runtime import family, in_memory, outside, servers
from portal.runtime.chromium import ensure
from portal.runtime.errors import CannotStart
from portal.runtime.instance import Instance
from portal.runtime.preflight import stop_when_asked
from portal.runtime.runner import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
NOTHING_COLLECTED = 5  # pytest's exit code
PATIENCE = 3  # times its budget, then a layer is cut off
SECONDS_TO_TIDY_UP = 30
OUTCOME = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)")


@dataclass(frozen=True)
class Layer:
    """Tests that share a marker, and the minutes they may take together."""

    name: str
    marker: str
    minutes: float
    processes: int = 1
    shares: str = "worksteal"  # how pytest-xdist deals the tests out; "loadfile": those of one file go to one process


@dataclass(frozen=True)
class Result:
    layer: Layer
    seconds: float
    summary: str
    passed: bool

    @property
    def in_time(self) -> bool:
        return self.seconds <= self.layer.minutes * 60


SLOW = (
    Layer("access", "access and not soak", 5, processes=2),
    Layer("journeys", "journey", 6, processes=2, shares="loadfile"),
    Layer("schema", "schema", 3, processes=2),
    Layer("accessibility", "axe", 3, processes=2),
    Layer("kill", "kill", 2, processes=2),
    Layer("operation", "operation", 4, processes=2, shares="loadfile"),
)
FAST = Layer(
    "unit and database", " and ".join(f"not {name}" for name in (*(layer.marker for layer in SLOW), "soak")), 8, processes=2
)


def main(arguments: list[str]) -> int:
    try:
        os.environ["CHROMIUM"] = str(ensure())
        outside.ensure()
        (ROOT / "var" / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns of a folder that is not there
        # the first layer makes the test database anew, the others find it made
        results = [run(FAST, ["--create-db", "--reuse-db", *arguments])]
        results += [run(layer, ["--reuse-db", *arguments, *files_of(layer)]) for layer in SLOW]
    except CannotStart as refusal:
        print(refusal, file=sys.stderr)
        return 1
    finally:
        Instance(ROOT / "var" / "test").stop()
        in_memory.lift(ROOT / "var" / "test")
    report(results)
    return 0 if all(result.passed and result.in_time for result in results) else 1


def files_of(layer: Layer) -> list[str]:
    """The files whose tests may bear its marker: to read all thirteen thousand takes longer than some layers do."""
    named = f"mark.{layer.marker.split()[0]}"
    found = [path for path in (ROOT / "tests").rglob("test_*.py") if named in path.read_text()]
    return [str(path.relative_to(ROOT)) for path in sorted(found)]


def run(layer: Layer, arguments: list[str]) -> Result:
    """Run one layer, showing what pytest says as it says it; when something comes between, its tests tidy up first."""
    print(f"\n── {layer.name}: at most {layer.minutes:g} min ──", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "--continue-on-collection-errors", "-m", layer.marker, *arguments]
    if layer.processes > 1:
        command += ["--numprocesses", str(layer.processes), "--dist", layer.shares]
    if sys.stdout.isatty():
        command.append("--color=yes")
    started = time.monotonic()
    summary = "cut off"
    tests = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a Ctrl-C reaches them through us, once
        preexec_fn=partial(die_with_parent, signal.SIGINT),
    )
    cut_off = threading.Timer(layer.minutes * 60 * PATIENCE, interrupt, [tests])
    cut_off.start()
    try:
        for line in tests.stdout or ():
            print(line, end="", flush=True)
            summary = line if OUTCOME.search(line) or "no tests ran" in line or " deselected" in line else summary
        tests.wait()
    except BaseException:
        interrupt(tests)
        raise
    finally:
        cut_off.cancel()
    passed = tests.returncode in (0, NOTHING_COLLECTED)
    return Result(layer, time.monotonic() - started, summary.strip(), passed)


def interrupt(tests: subprocess.Popen) -> None:
    """Let pytest close its fixtures, then end its whole group."""
    for number, seconds in ((signal.SIGINT, SECONDS_TO_TIDY_UP), (signal.SIGKILL, 5)):
        with suppress(ProcessLookupError):
            os.killpg(tests.pid, number)
        if servers.wait_until(lambda: tests.poll() is not None, seconds):
            return


def report(results: list[Result]) -> None:
    """A line per layer, and a last one in pytest's own words over all of them."""
    print()
    for result in results:
        verdict = "" if result.passed else "  FAILED"
        verdict += "" if result.in_time else "  OVER ITS TIME"
        clock = f"{result.seconds:6.0f} s of {result.layer.minutes * 60:.0f} s"
        print(f"{result.layer.name:18}{clock:18}  {plain(result.summary)}{verdict}")
    counts: Counter[str] = Counter()
    for result in results:
        for number, word in OUTCOME.findall(plain(result.summary)):
            counts["error" if word == "errors" else word] += int(number)
    order = ("failed", "error", "passed", "skipped", "xfailed", "xpassed")
    words = ", ".join(f"{counts[word]} {word}" for word in order if counts[word]) or "no tests ran"
    print(f"===== {words} in {sum(result.seconds for result in results):.2f}s =====", flush=True)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text).strip("= ")


if __name__ == "__main__":
    stop_when_asked()
    with suppress(KeyboardInterrupt), family.kept_together():
        sys.exit(main(sys.argv[1:]))
    sys.exit(130)
