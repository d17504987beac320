"""Scores: all of 100,000 anew against a bare UPDATE of as many rows; one control of 200 risks among 100,000 against 1,000."""

import statistics
import sys
import time
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

from bench import ground

SIZES = (1_000, 100_000)
ROUNDS, FULL_ROUNDS = 7, 3
MOST_TIMES, HIGHEST_RATIO = 12.0, 1.3
BEARS_ON = 200
ROW_BYTES = 300


def main() -> int:
    ground.start()
    databases = {size: ground.seeded(size, assets=size, of="score_") for size in SIZES}
    import django

    django.setup()
    holds = [_one_control(databases), _everything(databases[SIZES[1]])]
    return 0 if all(holds) else 1


def _everything(database: str) -> bool:
    """Seconds from a formula that moves every score to the last of them, by one worker and its batches."""
    with closing(ground.as_owner(database)) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_row")
        cursor.execute("CREATE TABLE bench_row (id bigint PRIMARY KEY, key int NOT NULL, words text NOT NULL)")
        words = ROW_BYTES - 40  # beside what a row and its two numbers take
        numbers = f"generate_series(1, {SIZES[1]}) AS n"
        cursor.execute(f"INSERT INTO bench_row SELECT n, n, repeat(md5(n::text), 9)::varchar({words}) FROM {numbers}")
        cursor.execute("CREATE INDEX ON bench_row (key)")
        cursor.execute("ANALYZE bench_row")
        bare, scored, rows = [], [], 0
        _all_by(database, "3.0")
        for number in range(FULL_ROUNDS):
            started = time.perf_counter()
            cursor.execute("UPDATE bench_row SET key = key + 1")
            bare.append(time.perf_counter() - started)
            seconds, rows = _all_by(database, "2.9" if number % 2 == 0 else "3.0")
            scored.append(seconds)
            cursor.execute("VACUUM bench_row")
        cursor.execute("DROP TABLE bench_row")
    mine, theirs = statistics.median(scored), statistics.median(bare)
    print(f"\nA formula moves every score of {SIZES[1]:,} risks, {rows:,} rows of scores; seconds.")
    print(f"{'':>22} {'median':>8}   (of {FULL_ROUNDS}, interleaved, warm)")
    print(f"{'scored anew':>22} {mine:>8.2f}   {min(scored):.2f} to {max(scored):.2f}")
    print(f"{'bare UPDATE':>22} {theirs:>8.2f}   {min(bare):.2f} to {max(bare):.2f}")
    return _verdict(mine / theirs <= MOST_TIMES, f"{mine / theirs:.1f} times, at most {MOST_TIMES:.0f}")


def _all_by(database: str, base_points: str) -> tuple[float, int]:
    """Let such a formula be in force, mark all risks stale as its signatures do, and score until nothing is stale."""
    from risks import formula_in_force, formulas, recompute, stale
    from risks.models import Risk, Score

    ground.use(database)
    formula = replace(formulas.LATEST, version=900, base_points=Decimal(base_points))
    formula_in_force.now = lambda: formula
    before = Score.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    stale.mark_risks(list(Risk.objects.open().current().values_list("pk", flat=True)), "formula.900")
    started = time.perf_counter()
    while recompute.refresh_batch(limit=recompute.BATCH):
        pass
    return time.perf_counter() - started, Score.objects.filter(pk__gt=before).count()


def _one_control(databases: dict[int, str]) -> bool:
    """Seconds from one changed control to the scores of the 200 risks it bears on."""
    from risks import recompute

    found: dict[int, list[float]] = {size: [] for size in SIZES}
    controls = {}
    for size, name in databases.items():
        ground.use(name)
        while recompute.refresh_batch():
            pass  # what an earlier run left
        controls[size] = _control()
        with closing(ground.as_owner(name)) as connection, connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        _changed(name, controls[size])
    for _ in range(ROUNDS):
        for size in SIZES:
            found[size].append(_changed(databases[size], controls[size]))
    median = {size: statistics.median(rounds) for size, rounds in found.items()}
    print(f"One control changes, the {BEARS_ON} risks it bears on are scored again; seconds.")
    print(f"{'risks':>9} {'median':>8}   (of {ROUNDS}, interleaved, warm)")
    for size in SIZES:
        print(f"{size:>9,} {median[size]:>8.3f}   {min(found[size]):.3f} to {max(found[size]):.3f}")
    ratio = median[SIZES[1]] / median[SIZES[0]]
    return _verdict(ratio <= HIGHEST_RATIO, f"ratio {ratio:.2f}, at most {HIGHEST_RATIO}")


def _control() -> int:
    """A control that bears on exactly `BEARS_ON` open risks, spread over the whole register."""
    from assets.models import Asset
    from risks import controls
    from risks.models import Control, ControlRisk, Risk

    known = Control.objects.filter(name="Bench").first()
    if known is None:
        known = controls.add(
            actor=None,
            unit=Asset.objects.order_by("pk").first().unit,
            name="Bench",
            office="IT",
            design_effectiveness=Decimal("0.80"),
            operating_effectiveness=Decimal("0.90"),
            yearly_cost=Decimal("1000.00"),
        )
        ids = list(Risk.objects.open().current().order_by("pk").values_list("pk", flat=True))
        chosen = ids[:: max(len(ids) // BEARS_ON, 1)][:BEARS_ON]
        ControlRisk.objects.bulk_create([ControlRisk(control=known, risk_id=pk, bears_on="LIKELIHOOD") for pk in chosen])
    return known.pk


def _changed(database: str, control_id: int) -> float:
    """One round: the verb, and recompute until nothing is stale."""
    from risks import controls, recompute
    from risks.models import Control

    ground.use(database)
    control = Control.objects.get(pk=control_id)
    other = Decimal("0.10") if control.operating_effectiveness > Decimal("0.5") else Decimal("0.90")
    started = time.perf_counter()
    controls.change(control, actor=None, version=control.version, operating_effectiveness=other)
    taken = 0
    while batch := recompute.refresh_batch(limit=recompute.BATCH):
        taken += batch
    seconds = time.perf_counter() - started
    assert taken >= BEARS_ON, taken  # and what was folded besides
    return seconds


def _verdict(holds: bool, words: str) -> bool:
    print(f"{'holds' if holds else 'MISSED'}: {words}", flush=True)
    return holds


if __name__ == "__main__":
    sys.exit(main())
