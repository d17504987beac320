"""Several processes that live and die together: honcho's manager, made proof against signals and kills."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

from honcho.manager import KILL_WAIT, Manager
from honcho.printer import Printer
from honcho.process import Process

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1  # from linux/prctl.h
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def die_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send `number` to this process when its parent ends, however it ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, int(number))


def _become_child() -> None:
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)
    die_with_parent(signal.SIGTERM)


class Child(Process):
    """One command in its own session; when it ends, whatever it forked ends too."""

    def run(self, events=None, ignore_signals=False) -> None:
        for number in STOPPING:  # the command is told by the manager; this watcher ends when the command has ended
            signal.signal(number, signal.SIG_IGN)
        die_with_parent(signal.SIGKILL)
        self._child_ctor = self._start
        super().run(events, ignore_signals)

    def _start(self, command: str, **options) -> subprocess.Popen:
        child = subprocess.Popen(
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_become_child,
            **options,
        )
        threading.Thread(target=self._sweep, args=[child], daemon=True).start()
        return child

    def _sweep(self, child: subprocess.Popen) -> None:
        child.wait()  # a killed master leaves its workers holding the output open
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


class Lines(Printer):
    """Whole lines only, whichever thread writes them: the line that says Concord is ready stands on its own."""

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self._one_at_a_time = threading.Lock()

    def write(self, message) -> None:
        with self._one_at_a_time:
            super().write(message)

    def say(self, line: str) -> None:
        """A line of our own, without time and name."""
        with self._one_at_a_time:
            print(line, file=self.output, flush=True)


class Runner(Manager):
    """Runs its processes until one ends or a signal asks; `asked` tells which of the two it was."""

    def __init__(self, printer=None) -> None:
        self.lines = printer or Lines(sys.stdout)
        super().__init__(self.lines)
        self._process_ctor = Child
        self.asked = False

    def ended(self) -> list[str]:
        """Names of the processes that ended, the first one first."""
        return [name for name, process in self._processes.items() if process.get("returncode") is not None]

    def terminate(self) -> None:
        """End all processes; those that do not listen are killed after a moment."""
        if not self._all_started():
            self._later(0.1, self.terminate)
            return
        if not self._terminating:
            self._later(KILL_WAIT, self.kill)
        super().terminate()

    def ask(self) -> None:
        """End in order, as after a signal."""
        self.asked = True
        self.terminate()

    def _start(self) -> None:
        for number in STOPPING:  # printing inside a signal handler can fail, so the handler only starts a thread
            signal.signal(number, lambda *_: self._later(0, self.ask))
        super()._start()

    @staticmethod
    def _later(seconds: float, action) -> None:
        timer = threading.Timer(seconds, action)
        timer.daemon = True
        timer.start()
