"""Compliance: coverage of all frameworks after one changed control, against counting everything anew.

`python -m bench.compliance`: 1,200 requirements in four frameworks, 2,000 controls with evidence, three answers a control.
"""

import random
import statistics
import sys
import time
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

from bench import ground

NAME = "bench_compliance"
REQUIREMENTS, FRAMEWORKS, CONTROLS, ANSWERS, ROUNDS = 1_200, 4, 2_000, 3, 7
LEAST_RATIO = 50


def main() -> int:
    ground.start()
    _fresh()
    import django

    django.setup()
    ground.use(NAME)
    controls = _seed()
    one, everything, reached, queries = _measure(controls)
    ratio = statistics.median(everything) / statistics.median(one)
    print(f"one changed control {statistics.median(one) * 1000:8.2f} ms, renews {reached} requirements by {queries} queries")
    print(
        f"everything anew     {statistics.median(everything) * 1000:8.2f} ms, {REQUIREMENTS:,} requirements, {CONTROLS:,} controls"
    )
    print(f"× {ratio:.0f} (at least {LEAST_RATIO}), warm, median of {ROUNDS}", flush=True)
    return 0 if ratio >= LEAST_RATIO else 1


def _fresh() -> None:
    with closing(ground._connect()) as connection, connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{NAME}"')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{NAME}" TO concord_app')
        ground._manage(NAME, "migrate", "--verbosity", "0")
        ground._manage(NAME, "seed_scale", "--assets", "10", "--risks", "10")


def _seed() -> list[int]:
    """The ids of the controls; the same shape each time."""
    from django.db import connection

    from governance.compliance import covering
    from governance.compliance.models import ControlMapping, Framework, Relationship, Requirement
    from portal.people import organisations
    from portal.people.models import Unit, User
    from risks.models import Control, Evidence

    dice, unit, today = random.Random(7), Unit.objects.get(parent=None), organisations.today()
    person = User.objects.create_user(email="analyst@bench.invalid", name="Analyst")
    each = REQUIREMENTS // FRAMEWORKS
    for number in range(FRAMEWORKS):
        framework = Framework.objects.create(
            key=f"bench-{number}",
            edition="1",
            name=f"Bench {number}",
            digest="0" * 64,
            requirement_count=each,
            assessable_count=each,
        )
        Requirement.objects.bulk_create(
            Requirement(framework=framework, identifier=f"{number}.{place}", title="x", place=place, last_place=place, depth=1)
            for place in range(each)
        )
    controls = Control.objects.bulk_create(
        Control(
            number=f"C-B{number:05d}",
            name=f"Control {number}",
            office=dice.choice(("IT", "SECURITY")),
            unit=unit,
            design_effectiveness=Decimal("0.80"),
            operating_effectiveness=Decimal(dice.randint(30, 95)) / 100,
            state=dice.choices(("IN_FORCE", "PLANNED"), (9, 1))[0],
        )
        for number in range(CONTROLS)
    )
    Evidence.objects.bulk_create(
        Evidence(
            control=control,
            kind="FACT",
            title="Seen",
            fact={},
            sha256="0" * 64,
            collected_on=today,
            valid_until=today + timedelta(days=dice.randint(-60, 300)),
            collected_by=person,
        )
        for control in controls
        for _ in range(dice.randint(0, 2))
    )
    ids = list(Requirement.objects.order_by("pk").values_list("pk", flat=True))
    ControlMapping.objects.bulk_create(
        ControlMapping(control=control, requirement_id=pk, relationship=dice.choice(Relationship.values))
        for control in controls
        for pk in dice.sample(ids, ANSWERS)
    )
    covering.renew_all()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [control.pk for control in controls]


def _measure(controls: list[int]) -> tuple[list[float], list[float], int, int]:
    """Seconds of each round, interleaved: after one control changed, and of everything."""
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    from governance.compliance import covering
    from risks.models import Control

    one, everything, reached, queries = [], [], 0, 0
    dice = random.Random(8)
    for _ in range(ROUNDS):
        control = dice.choice(controls)
        Control.objects.filter(pk=control).update(operating_effectiveness=Decimal(dice.randint(30, 95)) / 100)
        started = time.perf_counter()
        found = covering.reached_by([control])
        covering.renew(found)
        one.append(time.perf_counter() - started)
        reached = len(found)
        started = time.perf_counter()
        differ = covering.renew_all()
        everything.append(time.perf_counter() - started)
        if differ:
            raise SystemExit(f"Small steps missed {len(differ)} requirements.")
        with CaptureQueriesContext(connection) as asked:
            covering.renew(covering.reached_by([control]))
        queries = len(asked)
        reset_queries()
    return one, everything, reached, queries


if __name__ == "__main__":
    sys.exit(main())
