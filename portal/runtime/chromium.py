"""The browser of the journeys: Debian's Chromium, found, installed, or unpacked beside the clone without any rights."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from portal.runtime.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "chromium"
LAUNCHER = HOME / "chromium"
SHARED = re.compile(r"\.so(\.\d+)*$")
NAMES = ("chromium", "chromium-browser", "google-chrome")
DPKG_STATUS = Path("/var/lib/dpkg/status")
WAY_OUT = "install it and try again (sudo apt-get install chromium), or name one: CHROMIUM=/path make test"


def find() -> Path | None:
    """The browser to use: what CHROMIUM names, one of the system, or the one unpacked here; None without any."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if on_path:
        return Path(on_path)
    return LAUNCHER if LAUNCHER.exists() else None


def ensure() -> Path:
    """A browser that starts, fetched with apt where there is none; CannotStart says what to do when that fails."""
    browser = find()
    if browser is None:
        print("Fetching Chromium for the browser tests …", flush=True)
        if not install():
            unpack()
        browser = find()
    if browser is None:
        raise CannotStart(f"Chromium is missing and apt could not fetch it; {WAY_OUT}")
    if not starts(browser):
        raise CannotStart(f"{browser} does not start; {WAY_OUT}")
    return browser


def starts(browser: Path) -> bool:
    """Whether it renders an empty page; tried once more, for a first start on a busy machine may be slow."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom", "about:blank"]
    for _ in range(2):
        try:
            shown = subprocess.run([browser, *options], capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            continue
        except OSError:
            return False
        if "<html" in shown.stdout:
            return True
    return False


def install() -> bool:
    """Install Debian's package for everybody, as root or where sudo asks for no password."""
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        rights: list[str] = []
    elif shutil.which("sudo") and quietly("sudo", "-n", "true"):
        rights = ["sudo", "-n"]
    else:
        return False
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"]
    quietly(*apt, "update")
    return quietly(*apt, "install", "--no-install-recommends", "chromium")


def unpack() -> None:
    """Fetch the package and what the system lacks for it by apt's own client, and unpack both into `HOME`."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return
    if not (download(DPKG_STATUS) or download(Path("/dev/null"))):  # with all it needs, where the system's list is broken
        return
    tree = HOME / "root"
    for package in sorted((HOME / "apt" / "cache" / "archives").glob("*.deb")):
        if package.name.startswith("libc6_"):  # must fit the system's own loader
            continue
        if not quietly("dpkg-deb", "-x", package, tree):
            return
    write_launcher(tree)
    shutil.rmtree(HOME / "apt")


def download(status: Path) -> bool:
    """Fetch the packages that a system with this `status` would need; whether all of them came."""
    apt = private_apt(HOME / "apt", status)
    return quietly(*apt, "update") and quietly(*apt, "install", "--download-only", "--no-install-recommends", "chromium")


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


def write_launcher(tree: Path) -> None:
    """A script that starts the unpacked browser with its own libraries and fonts."""
    libraries = {
        path.parent for place in ("usr/lib", "lib") for path in (tree / place).glob("*/**/*.so*") if SHARED.search(path.name)
    }
    libraries -= {path for path in libraries if "chromium" in path.parts[len(tree.parts) :]}
    fonts = HOME / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts</dir><dir>{tree}/usr/share/fonts</dir><cachedir>{HOME}/fonts</cachedir></fontconfig>"
    )
    draft = LAUNCHER.with_suffix(".new")
    draft.write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH='{':'.join(sorted(map(str, libraries)))}'\n"
        f"export FONTCONFIG_FILE='{fonts}'\n"
        f"exec '{tree}/usr/lib/chromium/chromium' --no-sandbox \"$@\"\n"
    )
    draft.chmod(0o755)
    draft.replace(LAUNCHER)


def quietly(*command) -> bool:
    """Whether a command succeeds; its words are shown only when it does not."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout.strip(), file=sys.stderr)
    return done.returncode == 0
