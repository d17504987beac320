"""PostgreSQL and Redis as Debian has them: the servers of somebody else, for the test that Concord runs on several hosts."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from portal.runtime import debian

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "debian"
TREE = HOME / "root"
MISSING = (
    "PostgreSQL and Redis of Debian are missing (apt-get install postgresql redis-server), and OUTSIDE_DATABASE_URL, "
    "OUTSIDE_DATABASE_OWNER_URL and OUTSIDE_REDIS_URL name no others"
)


@dataclass(frozen=True)
class Programs:
    """Where the programs lie, and what their loader must know."""

    postgres: Path  # the folder that holds initdb and postgres
    redis: Path
    environment: dict[str, str] = field(default_factory=dict)


def find() -> Programs | None:
    """The system's own, or those unpacked here; None without any."""
    postgres, redis = _newest(Path("/")), shutil.which("redis-server")
    if postgres and redis:
        return Programs(postgres, Path(redis))
    postgres, unpacked = _newest(TREE), TREE / "usr" / "bin" / "redis-server"
    if postgres and unpacked.exists():
        return Programs(postgres, unpacked, {"LD_LIBRARY_PATH": debian.library_path(TREE)})
    return None


def ensure() -> Programs | None:
    """The same, fetched with apt where there are none; they are only unpacked, so no service starts on this machine."""
    found = find()
    if found is None and not os.environ.get("OUTSIDE_DATABASE_URL"):
        print("Fetching PostgreSQL and Redis for the test on several hosts …", flush=True)
        debian.unpack(["postgresql", "redis-server"], HOME)
        found = find()
    return found


def _newest(root: Path) -> Path | None:
    found = [path.parent for path in (root / "usr" / "lib" / "postgresql").glob("*/bin/postgres")]
    return max(found, key=lambda path: int(path.parent.name), default=None)
