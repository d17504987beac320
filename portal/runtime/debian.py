"""Programs of Debian for the tests: fetched by apt's own client and unpacked beside the clone, without any rights."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SHARED = re.compile(r"\.so(\.\d+)*$")
DPKG_STATUS = Path("/var/lib/dpkg/status")


def unpack(packages: Sequence[str], home: Path) -> Path | None:
    """Fetch `packages` and what the system lacks for them into `home`; the folder they are unpacked in, None without apt."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return None
    # with all they need, where the system's own list is broken
    if not (download(packages, home, DPKG_STATUS) or download(packages, home, Path("/dev/null"))):
        return None
    tree = home / "root"
    for package in sorted((home / "apt" / "cache" / "archives").glob("*.deb")):
        if package.name.startswith("libc6_"):  # must fit the system's own loader
            continue
        if not quietly("dpkg-deb", "-x", package, tree):
            return None
    shutil.rmtree(home / "apt")
    return tree


def download(packages: Sequence[str], home: Path, status: Path) -> bool:
    """Fetch what a system with this `status` would need; whether all of it came."""
    apt = private_apt(home / "apt", status)
    return quietly(*apt, "update") and quietly(*apt, "install", "--download-only", "--no-install-recommends", *packages)


def private_apt(folder: Path, status: Path) -> list:
    """apt-get with the system's sources and keys, but lists, cache and locks in `folder`."""
    for part in ("state/lists/partial", "cache/archives/partial", "log"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::State": folder / "state",
        "Dir::State::status": status,
        "Dir::Cache": folder / "cache",
        "Dir::Log": folder / "log",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "",
    }
    return ["apt-get", "-qq", "-y", *(part for name, value in options.items() for part in ("-o", f"{name}={value}"))]


def library_path(tree: Path, without: str = "") -> str:
    """Where the loader finds the libraries unpacked in `tree`; folders that hold the name `without` are a program's own."""
    found = {path.parent for place in ("usr/lib", "lib") for path in (tree / place).glob("*/**/*.so*") if SHARED.search(path.name)}
    if without:
        found -= {path for path in found if without in path.parts[len(tree.parts) :]}
    return ":".join(sorted(map(str, found)))


def quietly(*command) -> bool:
    """Whether a command succeeds; its words are shown only when it does not."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout.strip(), file=sys.stderr)
    return done.returncode == 0
