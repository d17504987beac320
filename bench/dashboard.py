"""Dashboard: server time and queries of Today, of the page of a unit and of the API, as CIO, of few risks and assets against many.

A first view finds nothing in the portal's cache: it was emptied just before. The next one follows at once.
"""

import statistics
import sys
from collections.abc import Mapping

from bench import ground
from bench.pages import Visit, _be_quiet, _reader, _signed_in, _visit

FEW, MANY = 1_000, 100_000  # risks
ASSETS = {FEW: 500, MANY: 50_000}
ROUNDS = 9
HIGHEST_RATIO = 1.3
VIEWS = ("first", "next")
Found = dict[int, list[Visit]]


def main() -> int:
    ground.start()
    databases = {size: ground.seeded(size, assets=assets) for size, assets in ASSETS.items()}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", "--noinput", verbosity=0)
    _be_quiet()
    readers = {size: _reader(name) for size, name in databases.items()}
    sizes = " and ".join(f"{size:,} risks over {assets:,} assets" for size, assets in ASSETS.items())
    print(f"As CIO, {sizes}; milliseconds, medians of {ROUNDS}, interleaved.")
    print(f"{'page':<24} {'view':<6} {FEW:>9,} {MANY:>9,} {'ratio':>6} {'of these, the database':>25} {'queries':>9}")
    holds = [held for address in _addresses(databases) for held in _compared(address, databases, readers)]
    print(f"{sum(holds)} of {len(holds)} hold {HIGHEST_RATIO} with as many queries")
    return 0 if all(holds) else 1


def _addresses(databases: Mapping[int, str]) -> list[Mapping[int, str]]:
    """Each page by size: a division with its five sites has a fourth of everything."""
    divisions = {size: _division(name) for size, name in databases.items()}
    units = {size: f"/?unit={pk}" for size, pk in divisions.items()}
    return [dict.fromkeys(ASSETS, "/"), units, dict.fromkeys(ASSETS, "/api/v1/dashboard/")]


def _division(database: str) -> int:
    from portal.people.models import Unit

    ground.use(database)
    return Unit.objects.filter(kind=Unit.Kind.DIVISION).order_by("pk").first().pk


def _compared(address: Mapping[int, str], databases: Mapping[int, str], readers: Mapping) -> list[bool]:
    """Both views of one page; whether each holds."""
    found = _visited(address, databases, readers)
    return [_told(address[FEW], view, found[view]) for view in VIEWS]


def _visited(address: Mapping[int, str], databases: Mapping[int, str], readers: Mapping) -> dict[str, Found]:
    from django.core.cache import cache

    found: dict[str, Found] = {view: {size: [] for size in databases} for view in VIEWS}
    for _ in range(ROUNDS):
        for size, name in databases.items():
            ground.use(name)
            client = _signed_in(readers[size])
            _visit(client, address[size])  # what a new connection costs is not the page's
            cache.clear()
            for view in VIEWS:
                found[view][size].append(_visit(client, address[size]))
    return found


def _told(address: str, view: str, found: Found) -> bool:
    few, many = (statistics.median(one.whole for one in found[size]) for size in (FEW, MANY))
    asked = [statistics.median(one.database for one in found[size]) for size in (FEW, MANY)]
    queries = {size: sorted({one.queries for one in visits}) for size, visits in found.items()}
    counts = " ".join("/".join(map(str, queries[size])) for size in (FEW, MANY))
    times = f"{few:>6.0f} ms {many:>6.0f} ms {many / few:>6.2f} {asked[0]:>9.0f} ms {asked[1]:>9.0f} ms"
    print(f"{address:<24} {view:<6} {times} {counts:>9}", flush=True)
    return many / few <= HIGHEST_RATIO and queries[FEW] == queries[MANY]


if __name__ == "__main__":
    sys.exit(main())
