"""Money: server time of the page, its parts and a what-if at 5,000 estimated risks; and one changed estimate, from its save to the
renewed curve of the portfolio in the worker, among 1,000 stored ones and among 100,000."""

import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal

from bench import (
    ground,
    one_thread,  # noqa: F401 (before numpy)
)
from bench.pages import _be_quiet, _measured, _reader, _signed_in, _spread, _verdict

PROMISED = 5_000  # risks
FEW, MANY = 1_000, 100_000
ASSETS = 100  # losses ask nothing of them
ROUNDS = 7
MOST_OF_A_PAGE, MOST_OF_A_WHAT_IF = 300, 50  # milliseconds
HIGHEST_RATIO = 1.5
MONEY, WHAT_IF = "/risks/money/", "/api/v1/annual-losses/what-if/"
HEAD = f"{'what':<24} {'median':>7} {'least':>7} {'most':>7} {'database':>9} {'own CPU':>8} {'queries':>8}   (of {ROUNDS}, warm)"
TYPING = {"HX-Request": "true", "HX-Target": "would"}


def main() -> int:
    ground.start()
    databases = {size: ground.seeded(size, ASSETS, "losses_", "--losses") for size in (PROMISED, FEW, MANY)}
    import django

    django.setup()
    _be_quiet()
    readers = {size: _reader(name) for size, name in databases.items()}
    holds = [_pages(databases[PROMISED], readers[PROMISED]), _changed(databases, readers)]
    return 0 if all(holds) else 1


def _pages(database: str, reader) -> bool:
    """What a reader waits for; in `own CPU` also where the machine does something else meanwhile."""
    from django.conf import settings

    from risks import supposed

    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    ground.use(database)
    client, risk = _signed_in(reader), supposed.risks(reader)[10]
    asked = {"part": "what_if", "risk": str(risk.pk), "often": "50", "costs": "20", "cost": "50000"}
    change = {"risk": risk.pk, "frequency_factor": "0.5", "magnitude_factor": "0.8"}
    wanted = (
        ("the page", MOST_OF_A_PAGE, lambda: client.get(MONEY)),
        ("why it moved", MOST_OF_A_PAGE, lambda: client.get(MONEY, {"part": "moved"}, headers={"HX-Request": "true"})),
        ("together", MOST_OF_A_PAGE, lambda: client.get(MONEY, {"part": "together"}, headers={"HX-Request": "true"})),
        ("form of a what-if", MOST_OF_A_WHAT_IF, lambda: client.get(MONEY, asked, headers={"HX-Request": "true"})),
        ("what-if, while typing", MOST_OF_A_WHAT_IF, lambda: client.get(MONEY, asked, headers=TYPING)),
        ("what-if, by the API", MOST_OF_A_WHAT_IF, lambda: client.post(WHAT_IF, {"changes": [change]}, "application/json")),
    )
    print(f"Server time with {PROMISED:,} risks, estimated in money; milliseconds.")
    print(HEAD)
    held = [_visited(*one) for one in wanted]
    return _verdict(all(held), f"{held.count(False)} of {len(held)} take longer than they may")


def _visited(word: str, bound: int, ask: Callable) -> bool:
    _measured(ask)
    visits = [_measured(ask) for _ in range(ROUNDS)]
    median, least, most = _spread([visit.whole for visit in visits])
    asked, cpu = (statistics.median(getattr(visit, name) for visit in visits) for name in ("database", "cpu"))
    missed = "" if median <= bound else f"   MISSED, at most {bound}"
    times = f"{median:>7.1f} {least:>7.1f} {most:>7.1f} {asked:>9.1f} {cpu:>8.1f}"
    print(f"{word:<24} {times} {visits[0].queries:>8}{missed}", flush=True)
    return median <= bound


def _changed(databases: dict[int, str], readers: dict) -> bool:
    sizes = (FEW, MANY)
    for size in sizes:
        ground.use(databases[size])
        _one_round(readers[size], 0)
    found: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(1, ROUNDS + 1):
        for size in sizes:
            ground.use(databases[size])
            found[size].append(_one_round(readers[size], number))
    print("\nOne estimate changes: from its save to the renewed curve of the whole, in the worker; milliseconds.")
    print(f"{'stored':>9} {'median':>7} {'least':>7} {'most':>7} {'ratio':>6}   (of {ROUNDS}, interleaved, warm)")
    first = statistics.median(found[FEW])
    for size in sizes:
        median, least, most = _spread([seconds * 1000 for seconds in found[size]])
        print(f"{size:>9,} {median:>7.1f} {least:>7.1f} {most:>7.1f} {median / 1000 / first:>6.2f}")
    ratio = statistics.median(found[MANY]) / first
    return _verdict(ratio <= HIGHEST_RATIO, f"ratio {ratio:.2f}, at most {HIGHEST_RATIO}")


def _one_round(actor, number: int) -> float:
    """Seconds of the verb and of a worker that takes what it made stale until nothing waits."""
    from risks import loss_parts, loss_scenarios, recompute
    from risks.models import LossScenario, PortfolioLoss

    rows = LossScenario.objects.current().filter(stage="CURRENT").select_related("risk").order_by("pk")
    row = rows[number + 1]  # the same estimate whatever the number stored; the first has one after plan as well
    whole = PortfolioLoss.objects.filter(stage="CURRENT").order_by("-risk_count", "scope")
    before, factor = whole.first(), Decimal("1.5") if number % 2 else Decimal("0.5")
    started = time.perf_counter()
    loss_scenarios.estimate(
        row.risk,
        row.stage,
        actor=actor,
        often=row.often,
        low_per_year=row.low_per_year * factor,
        mode_per_year=row.mode_per_year * factor,
        high_per_year=row.high_per_year * factor,
        losses=[loss_parts.part(one) for one in row.losses],
        source=row.source,
    )
    while recompute.refresh_batch():
        pass
    seconds = time.perf_counter() - started
    after = whole.first()
    assert (after.risk_count, after.computed_at > before.computed_at) == (before.risk_count, True)
    assert after.cells != before.cells
    return seconds


if __name__ == "__main__":
    sys.exit(main())
