"""A folder that may be lost lies in memory, where the machine has enough of it: making the three thousand files of a database
takes two seconds on a disk, and tests make hundreds of databases."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH = 6 * 1024**3  # bytes; a whole run of the suite has needed under three


def lay(folder: Path) -> None:
    """Let `folder` be a link into memory, unless it is there already or memory is short: then it is made where it stands."""
    if folder.is_symlink() and not folder.exists():
        folder.unlink()  # the machine was started anew since
    if folder.exists() or not _has_enough():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    home = tempfile.mkdtemp(prefix="concord-test-", dir=MEMORY)
    try:
        folder.symlink_to(home)
    except FileExistsError:  # another process was quicker
        Path(home).rmdir()


def lift(folder: Path) -> None:
    """Give the memory back, and the link away; a folder on the disk stays."""
    if folder.is_symlink():
        shutil.rmtree(folder.resolve(), ignore_errors=True)
        folder.unlink()


def _has_enough() -> bool:
    try:
        told = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        available = int(told["MemAvailable"].split()[0]) * 1024
        return os.access(MEMORY, os.W_OK) and min(available, shutil.disk_usage(MEMORY).free) > ENOUGH
    except (OSError, KeyError, ValueError):
        return False
