"""`make check`: what every commit passes: lint, layout, types, import direction, the fast tests."""

import subprocess
import sys
import time
from pathlib import Path

from portal.runtime import layers

ROOT = Path(__file__).resolve().parents[2]
BIN = str(Path(sys.executable).parent)
CHECKS = {
    "lint": [f"{BIN}/ruff", "check", "."],
    "layout": [f"{BIN}/ruff", "format", "--check", "."],
    "types": [f"{BIN}/mypy"],
    "import direction": [f"{BIN}/lint-imports"],
    "fast tests": [sys.executable, "-m", "pytest", "-q", "-m", layers.FAST.marker],
}


def main() -> int:
    """Run every check, also after one that fails; 1 when any failed."""
    failed = []
    for name, command in CHECKS.items():
        started = time.monotonic()
        print(f"── {name} ──", flush=True)
        if subprocess.run(command, cwd=ROOT).returncode:
            failed.append(name)
        print(f"   {time.monotonic() - started:.1f} s", flush=True)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
