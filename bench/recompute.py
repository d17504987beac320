"""Recompute: 1,000 affected risks among 1,000, 10,000 and 100,000; and eight writers with audit and totals against without."""

import multiprocessing
import random
import statistics
import sys
import time
from collections.abc import Iterator

from bench import ground

SIZES = (1_000, 10_000, 100_000)
AFFECTED = 1_000
ROUNDS = 7
HIGHEST_RATIO = 1.3
WRITERS = 8
WRITING_SECONDS = 3.0
LOWEST_SHARE = 0.7


def main() -> int:
    ground.start()
    databases = {size: ground.seeded(size, assets=size) for size in SIZES}
    import django

    django.setup()
    holds = [_affected(databases), _writers(databases[SIZES[1]])]
    return 0 if all(holds) else 1


def _affected(databases: dict[int, str]) -> bool:
    """Seconds from one changed asset to the scores of the 1,000 risks that it reaches."""
    from risks import recompute

    assets = {}
    for size, name in databases.items():
        ground.use(name)
        while recompute.refresh_batch():
            pass  # what an earlier run of the writers left
        assets[size] = _asset_of_a_thousand_risks()
    ground.restart()
    cold = {size: _one_round(databases[size], assets[size]) for size in SIZES}
    for size in SIZES:
        _one_round(databases[size], assets[size])
    warm: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size in SIZES:
            warm[size].append(_one_round(databases[size], assets[size]))
    median = {size: statistics.median(found) for size, found in warm.items()}
    print(f"One asset changes, the {AFFECTED:,} risks it reaches are scored again; seconds.")
    print(f"{'risks':>9} {'cold':>7} {'warm':>7} {'least':>7} {'most':>7} {'ratio':>6}   (warm: median of {ROUNDS}, interleaved)")
    for size in SIZES:
        ratio = median[size] / median[SIZES[0]]
        print(f"{size:>9,} {cold[size]:>7.3f} {median[size]:>7.3f} {min(warm[size]):>7.3f} {max(warm[size]):>7.3f} {ratio:>6.2f}")
    worst = max(median.values()) / median[SIZES[0]]
    return _verdict(worst <= HIGHEST_RATIO, f"ratio {worst:.2f}, at most {HIGHEST_RATIO}")


def _asset_of_a_thousand_risks() -> int:
    """An asset that exactly `AFFECTED` open risks, spread over the whole register, belong to."""
    from assets.models import Asset
    from risks.models import Risk, RiskAsset

    asset = Asset.objects.filter(external_id="bench").first()
    if asset is None:
        unit = Asset.objects.order_by("pk").first().unit
        asset = Asset.objects.create(number="A-BENCH", name="Bench", kind="SERVER", unit=unit, source="bench", external_id="bench")
        ids = list(Risk.objects.order_by("pk").values_list("pk", flat=True))
        chosen = ids[:: max(len(ids) // AFFECTED, 1)][:AFFECTED]
        Risk.objects.filter(pk__in=chosen).update(state="OPEN")
        RiskAsset.objects.bulk_create([RiskAsset(risk_id=pk, asset=asset) for pk in chosen], ignore_conflicts=True)
    return asset.pk


def _one_round(database: str, asset_id: int) -> float:
    from django.db import connection, transaction

    from assets.models import Asset
    from risks import recompute, stale
    from risks.models import Score

    ground.use(database)
    connection.ensure_connection()
    before = Score.objects.order_by("-pk").values_list("pk", flat=True).first()
    started = time.perf_counter()
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=asset_id)
        asset.reachability = "INTERNAL" if asset.reachability == "INTERNET" else "INTERNET"
        asset.save(update_fields=["reachability"])
        stale.mark_reached([asset_id], "asset.changed")
    taken = 0
    while batch := recompute.refresh_batch(limit=500):
        taken += batch
    seconds = time.perf_counter() - started
    assert taken == AFFECTED, taken
    assert Score.objects.filter(pk__gt=before).count() > 0
    return seconds


def _writers(database: str) -> bool:
    """Transactions a second of eight processes that change the levels of risks, each its own ones."""
    ground.use(database)
    from django.db import connection

    connection.close()
    kinds = {"with audit and totals": True, "without": False}
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    for recorded in kinds.values():
        _write_together(database, recorded)
    for _ in range(ROUNDS):
        for kind, recorded in kinds.items():
            found[kind].append(_write_together(database, recorded))
    median = {kind: statistics.median(rates) for kind, rates in found.items()}
    print(f"\n{WRITERS} writers change levels, {WRITING_SECONDS:.0f} s a round; transactions a second.")
    print(f"{'':>22} {'median':>8}   (of {ROUNDS}, interleaved, warm)")
    for kind, rates in found.items():
        print(f"{kind:>22} {median[kind]:>8,.0f}   {min(rates):,.0f} to {max(rates):,.0f}")
    share = median["with audit and totals"] / median["without"]
    return _verdict(share >= LOWEST_SHARE, f"share {share:.2f}, at least {LOWEST_SHARE}")


def _write_together(database: str, recorded: bool) -> float:
    """One round: its rate over all writers."""
    gate = multiprocessing.Barrier(WRITERS)
    results: multiprocessing.Queue = multiprocessing.Queue()
    processes = [
        multiprocessing.Process(target=_writer, args=(number, database, recorded, gate, results)) for number in range(WRITERS)
    ]
    for process in processes:
        process.start()
    done = sum(results.get() for _ in processes)
    for process in processes:
        process.join()
    return done / WRITING_SECONDS


def _writer(number: int, database: str, recorded: bool, gate, results) -> None:
    ground.use(database)
    mine = list(_levels_of(number))
    change = _recorded if recorded else _plain
    dice = random.Random(number)
    change(dice.choice(mine))
    gate.wait()
    done, until = 0, time.perf_counter() + WRITING_SECONDS
    while time.perf_counter() < until:
        change(dice.choice(mine))
        done += 1
    results.put(done)


def _levels_of(number: int) -> Iterator[int]:
    from risks.models import Levels

    return Levels.objects.filter(stage="CURRENT", risk__state="OPEN").order_by("pk").values_list("pk", flat=True)[number::WRITERS]


def _plain(levels_id: int) -> None:
    from django.db import transaction

    with transaction.atomic():
        _change_levels(levels_id)


def _recorded(levels_id: int) -> None:
    from django.db import transaction

    from portal.record import audit, totals

    with transaction.atomic():
        levels = _change_levels(levels_id)
        risk, scopes = levels.risk, levels.risk.unit.lineage
        audit.record(risk.it_owner, "risk.rated", risk, {"stage": levels.stage, "likelihood_level": levels.likelihood_level})
        was = {"risks.rated": 1, f"risks.likelihood.{6 - levels.likelihood_level}": 1}
        totals.move((scopes, was), (scopes, {"risks.rated": 1, f"risks.likelihood.{levels.likelihood_level}": 1}))


def _change_levels(levels_id: int):
    """What any verb does: lock, change (row history by trigger), mark the score stale."""
    from risks import stale
    from risks.models import Levels

    levels = Levels.objects.select_related("risk__unit", "risk__it_owner").select_for_update(of=("self",)).get(pk=levels_id)
    levels.likelihood_level = 6 - levels.likelihood_level
    levels.version += 1
    levels.save(update_fields=["likelihood_level", "version"])
    stale.mark_risks([levels.risk_id], "risk.rated")
    return levels


def _verdict(holds: bool, words: str) -> bool:
    print(f"{'holds' if holds else 'MISSED'}: {words}", flush=True)
    return holds


if __name__ == "__main__":
    sys.exit(main())
