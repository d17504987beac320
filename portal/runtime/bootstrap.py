"""From a bare clone to a virtual environment that holds what the lock names; run as a file, by any Python 3.

Nothing here may import from outside the standard library, nor from the portal: neither is there yet.
"""

import ast
import fcntl
import hashlib
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VAR = ROOT / "var"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
PACKAGES = {"python3-venv": "ensurepip"}  # Debian package and the module that shows it is there

TARGETS = {  # what a person types: the lock it needs, and the module that carries it out
    "up": ("run", "portal.runtime.up"),
    "test": ("test", "portal.runtime.layers"),
    "check": ("test", "portal.runtime.check"),
    "bench": ("bench", "portal.runtime.bench"),
    "soak": ("test", "portal.runtime.soak"),
    "lock": ("setup", None),
}
LOCKS = {  # each lock and what of pyproject.toml it is made from
    "setup": ("--group", "pyproject.toml:setup"),
    "run": ("pyproject.toml",),
    "test": ("pyproject.toml", "--extra", "test"),
    "bench": ("pyproject.toml", "--extra", "test", "--extra", "bench"),
}


def main(target, *arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.chdir(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a dozen processes read the same code: it is compiled once
    check_system()
    check_owner()
    lock, module = TARGETS[target]
    VAR.mkdir(exist_ok=True)
    with (VAR / "bootstrap.lock").open("a") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        make_environment()
        install("setup", installer="pip")
        if lock != "setup":
            install(lock, installer="uv")
    if module is None:
        renew_locks()
    else:
        os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])


def check_system():
    """Say in one sentence what of the base is missing; as root fetch what apt has."""
    if sys.platform != "linux" or platform.libc_ver()[0] != "glibc" or platform.machine() not in ("x86_64", "aarch64"):
        sys.exit("Concord's own servers are built for Linux with glibc on x86_64 or aarch64, such as Debian 12.")
    if sys.version_info[:2] != (3, 11):
        fitting = shutil.which("python3.11", path=os.environ.get("PATH", os.defpath) + ":/usr/bin")
        if not fitting:
            sys.exit(f"Concord needs Python 3.11, as Debian 12 has it; this is Python {platform.python_version()}.")
        os.execv(fitting, [fitting, *sys.argv])
    for package, module in PACKAGES.items():
        if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode:
            apt_install(package)


def apt_install(package):
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"The package {package} is missing; install it once with: sudo apt-get install {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        done = subprocess.run(["apt-get", "-qq", *command], env=environment, stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"The package {package} is missing, and apt-get could not install it (see above).")


def check_owner():
    """Say in one sentence that somebody else made this clone, its environment or its data."""
    if not os.access(ROOT, os.W_OK):
        sys.exit(f"You may not write in {ROOT}, which belongs to {owner(ROOT)}; clone it again as yourself.")
    if VENV.is_symlink() and not VENV.exists():
        sys.exit(f"{VENV} points to nothing; remove it.")
    foreign = [path for path in (VENV, VAR, *VAR.glob("*"), *VAR.glob("*/*.json")) if not mine(path)]
    if foreign and not (foreign == [VENV] and stamped_all()):
        tops = sorted({VENV if path == VENV else VAR for path in foreign})
        names = shlex.join(map(str, tops))
        sys.exit(
            f"Another user ran Concord in this clone, {foreign[0]} belongs to {owner(foreign[0])}; "
            f"take it over, data included, with: sudo chown -R {os.geteuid()}:{os.getegid()} {names}"
        )


def mine(path):
    """Whether I may read and change `path`, or nothing is there; asks without ever raising."""
    return not os.path.lexists(path) or path.is_socket() or os.access(path, os.R_OK | os.W_OK)


def owner(path):
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"


def make_environment():
    """A virtual environment with a working pip, made anew where an earlier attempt was broken off."""
    if os.access(PYTHON, os.X_OK) and (UV.exists() or runs(PYTHON, "-m", "pip", "--version")):
        return
    say("Making the virtual environment")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"The virtual environment could not be made: {last_line(made.stdout + made.stderr)}")


def install(lock, installer):
    """Install what `lock` names, by hash, unless the stamp says that this was done."""
    if stamped(lock):
        return
    say(f"Installing what requirements/{lock}.txt names")
    wanted = ["--require-hashes", "-r", lock_file(lock)]
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    uv = [UV, "pip", "install", "--quiet", "--python", PYTHON, *wanted]
    environment = {**os.environ, **uv_settings(pip_settings())} if installer == "uv" else None
    done = subprocess.run(uv if installer == "uv" else pip, env=environment, capture_output=True, text=True)
    if done.returncode and installer == "uv":  # pip knows settings that uv does not, such as a keyring
        done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stderr.strip()}\nThe packages of requirements/{lock}.txt could not be installed (see above).")
    stamp(lock).write_text(digest(lock))


def renew_locks():
    """Resolve pyproject.toml into the locks: every version, every hash, no index address."""
    environment = {**os.environ, **uv_settings(pip_settings())}
    options = ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    options += ["--python-version", "3.11.2"]  # as Debian 12 has it: older patch releases need more packages
    for lock, source in LOCKS.items():
        command = [UV, "pip", "compile", *source, *options, "--python", PYTHON, "--output-file", lock_file(lock)]
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode:
            sys.exit(f"requirements/{lock}.txt could not be renewed (see above).")


def pip_settings():
    """The settings pip would use here, from its files and its environment variables: name without section → value."""
    listed = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    found = {}
    for section in ("global", "install", ":env:"):  # later ones win, as in pip
        for line in listed.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(f"{section}."):
                found[name[len(section) + 1 :]] = ast.literal_eval(value)
    return found


def uv_settings(pip):
    """The same settings in uv's words; what is already set for uv itself stays."""
    words = {
        "UV_DEFAULT_INDEX": pip.get("index-url"),
        "UV_EXTRA_INDEX_URL": " ".join(pip.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
        "UV_NO_INDEX": "1" if str(pip.get("no-index", "")).lower() in ("1", "true", "yes", "on") else "",
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # as pip looks; the hashes decide what may be installed
        "SSL_CERT_FILE": pip.get("cert"),
        "HTTPS_PROXY": pip.get("proxy"),
        "HTTP_PROXY": pip.get("proxy"),
    }
    if not os.access(Path.home() if os.environ.get("HOME") else "/", os.W_OK):
        words["UV_CACHE_DIR"] = str(VAR / "uv-cache")
    return {name: value for name, value in words.items() if value and not os.environ.get(name)}


def lock_file(lock):
    return ROOT / "requirements" / f"{lock}.txt"


def digest(lock):
    return hashlib.sha256(lock_file(lock).read_bytes()).hexdigest()


def stamp(lock):
    return VENV / f".concord-{lock}"


def stamped(lock):
    return stamp(lock).exists() and stamp(lock).read_text() == digest(lock) and os.access(PYTHON, os.X_OK)


def stamped_all():
    return all(stamped(lock) for lock in ("setup", TARGETS[sys.argv[1]][0]))


def runs(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


def last_line(text):
    return (text.strip().splitlines() or ["no reason given"])[-1]


def say(sentence):
    print(f"{sentence} …", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"Say what to do: {', '.join(TARGETS)}")
    main(*sys.argv[1:])
