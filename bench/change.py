"""Change: milliseconds of the portfolio as list, board and road map, of the tile, of one initiative, at 2,000 against 50.

Pages are warm and without the shell's own work of the browser.
"""

import statistics
import sys
from contextlib import closing

from bench import ground
from bench.lists import ROUNDS, _be_quiet, _interleaved, _signed_in, _visit

FEW, MANY = 50, 2_000
HIGHEST_RATIO = 1.5
MOST_MILLISECONDS = 300
PAGES = tuple(f"/governance/initiatives/{asked}" for asked in ("", "?as=board", "?as=roadmap", "under-way/"))


def main() -> int:
    ground.start()
    databases = {size: _seeded(size) for size in (FEW, MANY)}
    import django

    django.setup()
    _be_quiet()
    clients = {size: _signed_in(name) for size, name in databases.items()}
    print(f"Of {FEW:,} initiatives and of {MANY:,}; medians of {ROUNDS}, interleaved, warm.")
    holds = [_compared(address, databases, clients) for address in PAGES]
    print(f"{sum(holds)} of {len(holds)} hold {HIGHEST_RATIO} and {MOST_MILLISECONDS} ms")
    return 0 if all(holds) else 1


def _seeded(size: int) -> str:
    """A database of its own with so many initiatives, made where it is missing."""
    name = f"bench_change_{size}"
    with closing(ground._connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() == ("seeded",):
            return name
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO concord_app')
        ground._manage(name, "migrate", "--verbosity", "0")
        ground._manage(name, "seed_scale", "--assets", "100", "--risks", "100", "--initiatives", str(size))
        cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS 'seeded'")
    return name


def _compared(address: str, databases: dict[int, str], clients: dict) -> bool:
    found = _interleaved(databases, lambda size: _visit(clients[size], address))
    few, many = (statistics.median(found[size]) * 1000 for size in (FEW, MANY))
    print(f"{address:<40} {few:>6.0f} ms {many:>6.0f} ms {many / few:>6.2f}", flush=True)
    return many / few <= HIGHEST_RATIO and many <= MOST_MILLISECONDS


if __name__ == "__main__":
    sys.exit(main())
