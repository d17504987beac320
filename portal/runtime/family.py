"""All that a run of tests started, however far down: what loses its parent comes home to this process, and ends with it."""

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # from linux/prctl.h
SECONDS_TO_END = 10


@contextmanager
def kept_together() -> Iterator[None]:
    """Inside, orphans become children of this process; at the end every child is ended, and theirs."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        end()


def end() -> None:
    """Ask every child to end, again for those that come home meanwhile; kill what does not listen."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + SECONDS_TO_END
        asked: set[int] = set()
        while (found := children()) and time.monotonic() < deadline:
            for pid in found - asked:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            asked |= found
            reap()
            time.sleep(0.02)


def children() -> set[int]:
    """Process ids of the living and the unburied children of this process."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(after_name[1]) == os.getpid():
                    found.add(int(folder.name))
    return found


def reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
