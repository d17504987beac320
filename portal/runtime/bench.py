"""`make bench`: every measured comparison of bench/, one after the other."""

import subprocess
import sys
from pathlib import Path

from portal.runtime.instance import Instance

ROOT = Path(__file__).resolve().parents[2]


def main(names: list[str]) -> int:
    """Run the comparisons called `names`, or all; 1 when one of them misses its mark."""
    found = [path.stem for path in sorted((ROOT / "bench").glob("*.py")) if "__main__" in path.read_text()]
    missed = []
    try:
        for name in names or found:
            print(f"── {name} ──", flush=True)
            if subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT).returncode:
                missed.append(name)
    finally:
        Instance(ROOT / "var" / "bench").stop()
    print(f"Missed: {', '.join(missed)}." if missed else "Every comparison holds.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
