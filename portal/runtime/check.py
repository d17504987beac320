"""`make check`: what every commit passes: lint, layout, types, import direction, the house's rules and the calculations."""

import subprocess
import sys
import time
from pathlib import Path

from portal.runtime import layers
from portal.runtime.instance import Instance

ROOT = Path(__file__).resolve().parents[2]
# The house's rules and every calculation: what tells within seconds that something is wrong. `make test` runs the rest.
EVERYDAY = (
    *(f"tests/house/test_{name}.py" for name in ("clock", "imports", "models", "settings", "sizes", "templates")),
    *(f"tests/risks/test_{name}.py" for name in ("change", "formulas", "proof", "scales", "scoring", "wording")),
    "tests/assets/discovery/readers",
    "tests/assets/discovery/test_candidate.py",
    "tests/assets/discovery/test_matching.py",
    "tests/portal/web/charts",
    "tests/portal/web/test_shown.py",
)
BIN = str(Path(sys.executable).parent)
CHECKS = {
    "lint": [f"{BIN}/ruff", "check", "."],
    "layout": [f"{BIN}/ruff", "format", "--check", "."],
    "types": [f"{BIN}/mypy"],
    "import direction": [f"{BIN}/lint-imports"],
    "fast tests": [sys.executable, "-m", "pytest", "-q", "--reuse-db", "-m", layers.FAST.marker, *EVERYDAY],
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
    Instance(ROOT / "var" / "test").stop()
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
