"""What the embedded servers share: the system user they run as, private folders, short socket paths, processes."""

import hashlib
import os
import pwd
import re
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from portal.runtime.errors import CannotStart

SYSTEM_USER = "concord"  # runs the servers when Concord is started by root: PostgreSQL refuses to run as root
LONGEST_SOCKET_PATH = 100  # bytes; the kernel ends at 107, PostgreSQL's lock file adds five
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")  # what needs no quoting in any of the three spellings of an address


def server_user(data: Path) -> int:
    """The user id that runs the servers over `data`: whoever owns it already, else oneself, for root a system user."""
    if os.geteuid() != 0:
        return os.geteuid()
    if data.exists() and data.stat().st_uid != 0:
        return data.stat().st_uid
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    made = subprocess.run(command, capture_output=True, text=True)
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    raise CannotStart(f"Root needs a system user for the database, and useradd failed: {made.stderr.strip()}")


def as_user(uid: int) -> dict:
    """Arguments that let `subprocess` run a program as `uid`; empty for oneself."""
    if uid == os.geteuid():
        return {}
    try:
        gid = pwd.getpwuid(uid).pw_gid
    except KeyError:
        gid = uid
    return {"user": uid, "group": gid, "extra_groups": []}


def private_folder(path: Path, uid: int) -> Path:
    """Make `path` a folder that only `uid` (and root) may enter, and give it back."""
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_uid != uid:
        os.chown(path, uid, -1)
    path.chmod(0o700)
    return path


def open_for(uid: int, path: Path) -> None:
    """Let `uid` pass through the folders above `path`: execute for others, and only where it is missing."""
    if uid == os.geteuid():
        return
    for folder in path.resolve().parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH and folder.stat().st_uid != uid:
            folder.chmod(mode | stat.S_IXOTH)


def open_tree_for(uid: int, tree: Path) -> None:
    """Let `uid` read and run a whole program folder, which a strict umask may have closed."""
    open_for(uid, tree)
    if uid == os.geteuid() or tree.stat().st_mode & stat.S_IROTH:
        return
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def socket_folder(folder: Path, uid: int) -> Path:
    """A private folder for sockets: inside `folder`, or a short one elsewhere that `folder` remembers."""
    inside = folder / "run"
    longest = os.fsencode(inside / ".s.PGSQL.5432.lock")
    if len(longest) < LONGEST_SOCKET_PATH and PLAIN_PATH.fullmatch(str(inside)):
        return private_folder(inside, uid)
    note = folder / "socket-folder"
    if note.exists():
        remembered = Path(note.read_text().strip())
        if remembered.is_dir() and not remembered.is_symlink() and remembered.stat().st_uid == uid:
            return private_folder(remembered, uid)
    runtime = os.environ.get("XDG_RUNTIME_DIR", "") if os.geteuid() != 0 else ""
    home = runtime if os.access(runtime, os.W_OK) and len(runtime) < 40 else "/tmp"
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:8]
    short = private_folder(Path(tempfile.mkdtemp(prefix=f"concord-{mark}-", dir=home)), uid)
    note.write_text(str(short))
    return short


def runs(pid: int | None, *words: str) -> bool:
    """Whether process `pid` lives and its command line holds all `words`: a pid alone may be someone else's by now."""
    if not pid:
        return False
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return False
    return bool(line) and all(word in line for word in words)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether `condition` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
