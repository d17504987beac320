"""`make soak`: the long randomised runs: what generated requests do to the API, and what they learn of hidden things."""

import subprocess
import sys
from pathlib import Path

from portal.runtime.instance import Instance

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Run every test marked `soak`; hours, not minutes."""
    command = [sys.executable, "-m", "pytest", "-q", "--create-db", "-m", "soak", "--show-capture=no", *arguments]
    try:
        return subprocess.run(command, cwd=ROOT).returncode
    finally:
        Instance(ROOT / "var" / "test").stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
