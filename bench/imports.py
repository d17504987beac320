"""Imports: seconds and peak memory of checking and writing sheets, and of a tenth of their rows.

`python -m bench.imports [CHECKED [WRITTEN]]`: how many rows are checked (every tenth does not fit) and how many are written.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from bench import ground

NAME = "bench_imports"
CHECKED, WRITTEN = 100_000, 10_000
MOST_GROWTH = 1.25  # of the peak, from a tenth of the rows to all of them
HEADER = ("ID", "Title", "Category", "Unit", "Owner", "Likelihood", "Operational impact", "Due date", "Cause")
FIELDS = (
    "external_id",
    "title",
    "category",
    "unit",
    "it_owner",
    "current_likelihood",
    "current_operational",
    "review_due_on",
    "cause",
)


def main(arguments: list[str]) -> int:
    checked, written = (int(one) for one in (*arguments, *(str(one) for one in (CHECKED, WRITTEN)[len(arguments) :])))
    ground.start()
    _fresh()
    holds = []
    for step, rows, kind in (("check", checked, "csv"), ("check", checked, "xlsx"), ("write", written, "csv")):
        tenth, whole = (_measured(step, count, kind) for count in (rows // 10, rows))
        growth = whole["megabytes"] / tenth["megabytes"]
        holds.append(growth <= MOST_GROWTH)
        for found in (tenth, whole):
            measured = f"{found['seconds']:7.1f} s  {found['megabytes']:5.0f} MB peak"
            print(f"{step:5} {found['rows']:>7,} rows {kind:4} {measured}, {found['told']}")
        print(f"      peak × {growth:.2f} for ten times the rows (at most {MOST_GROWTH})", flush=True)
    return 0 if all(holds) else 1


def _fresh() -> None:
    with closing(ground._connect()) as connection, connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{NAME}"')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{NAME}" TO concord_app')
        ground._manage(NAME, "migrate", "--verbosity", "0")
        ground._manage(NAME, "seed_scale", "--assets", "10", "--risks", "10")


def _measured(step: str, rows: int, kind: str) -> dict:
    """In a process of its own, whose peak is that of this import alone."""
    command = [sys.executable, "-m", "bench.imports", "--one", step, str(rows), kind]
    done = subprocess.run(command, cwd=ground.ROOT, env=os.environ, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _one(step: str, rows: int, kind: str) -> None:
    import django

    django.setup()
    ground.use(NAME)
    from bench.pages import _be_quiet
    from portal.people.models import RoleAssignment, Unit, User
    from portal.workbench import imports, tasks, work

    _be_quiet()
    tasks.work_on_imports.delay = lambda: None
    unit = Unit.objects.get(parent=None)
    analyst, is_new = User.objects.get_or_create(email="analyst@scale.invalid", defaults={"name": "Analyst", "unit": unit})
    if is_new:
        RoleAssignment.objects.create(user=analyst, role="ANALYST", unit=unit)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet.{kind}"
        subprocess.run(
            [
                sys.executable,
                "-m",
                "bench.imports",
                "--sheet",
                str(path),
                str(rows),
                "bad" if step == "check" else "good",
                unit.name,
            ],
            cwd=ground.ROOT,
            check=True,
        )
        started = time.perf_counter()
        with path.open("rb") as stream:
            one = imports.start(stream, actor=analyst, kind="risk", source=f"{step}-{rows}-{kind}", file_name=path.name)
    imports.settle_mapping(one, actor=analyst, columns=dict(zip(HEADER, FIELDS, strict=True)))
    work.work(one.pk)
    one.refresh_from_db()
    told = f"{one.bad_count:,} do not fit"
    if step == "write":
        started = time.perf_counter()
        imports.apply(one, actor=analyst)
        work.work(one.pk)
        one.refresh_from_db()
        told = f"{one.state.lower()}, {one.made_count:,} made"
    seconds = time.perf_counter() - started
    print(json.dumps({"rows": rows, "seconds": seconds, "megabytes": getrusage(RUSAGE_SELF).ru_maxrss / 1024, "told": told}))


def _sheet(path: str, rows: int, quality: str, unit: str) -> None:
    lines = (
        [
            f"RR-{number}",
            f"Ransomware reaches line control {number}",
            "OT",
            unit,
            "analyst@scale.invalid",
            "9" if quality == "bad" and number % 10 == 0 else "4",
            "3 - Serious",
            "2027-04-03",
            f"Engineering workstation {number} bridges the office and control networks",
        ]
        for number in range(rows)
    )
    if path.endswith(".csv"):
        with Path(path).open("w", newline="") as stream:
            csv.writer(stream).writerows([HEADER, *lines])
        return
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Register")
    for line in (HEADER, *lines):
        sheet.append(line)
    book.save(path)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    elif sys.argv[1:2] == ["--sheet"]:
        _sheet(sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5])
    else:
        sys.exit(main(sys.argv[1:]))
