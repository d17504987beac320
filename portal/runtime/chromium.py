"""The browser of the journeys: Debian's Chromium, found, installed, or unpacked beside the clone without any rights."""

import os
import shutil
import subprocess
from pathlib import Path

from portal.runtime import debian
from portal.runtime.debian import quietly
from portal.runtime.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "chromium"
LAUNCHER = HOME / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
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
    """Fetch the package and what the system lacks for it, and unpack both into `HOME`."""
    if tree := debian.unpack(["chromium"], HOME):
        write_launcher(tree)


def write_launcher(tree: Path) -> None:
    """A script that starts the unpacked browser with its own libraries and fonts."""
    fonts = HOME / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts</dir><dir>{tree}/usr/share/fonts</dir><cachedir>{HOME}/fonts</cachedir></fontconfig>"
    )
    draft = LAUNCHER.with_suffix(".new")
    draft.write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH='{debian.library_path(tree, without='chromium')}'\n"
        f"export FONTCONFIG_FILE='{fonts}'\n"
        f"exec '{tree}/usr/lib/chromium/chromium' --no-sandbox \"$@\"\n"
    )
    draft.chmod(0o755)
    draft.replace(LAUNCHER)
