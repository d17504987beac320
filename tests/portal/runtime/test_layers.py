"""The summary of `make test` counts every layer and knows a layer over its time."""

import pytest

from portal.runtime.layers import FAST, SLOW, Layer, Result, report

UNIT = Layer("unit", "not kill", 8)
KILL = Layer("kill", "kill", 2)


def test_last_line_sums_up_every_layer_in_the_words_of_pytest(capsys):
    report(
        [
            Result(UNIT, 30.0, "\x1b[32m\x1b[1m12 passed\x1b[0m, 3 skipped, 4 deselected, 2 warnings in 29.50s", passed=True),
            Result(KILL, 10.5, "1 failed, 2 passed, 2 errors in 10.00s", passed=False),
        ]
    )

    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[-1] == "===== 1 failed, 2 error, 14 passed, 3 skipped in 40.50s ====="
    assert lines[-2].endswith("FAILED")
    assert not lines[-3].endswith("FAILED")


@pytest.mark.parametrize(("seconds", "in_time"), [(119.9, True), (120.0, True), (120.1, False)])
def test_layer_over_its_minutes_is_late(seconds, in_time):
    assert Result(KILL, seconds, "1 passed", passed=True).in_time is in_time


def test_budget_is_the_one_that_was_agreed():
    assert {layer.name: layer.minutes for layer in (FAST, *SLOW)} == {
        "unit and database": 8,
        "journeys": 6,
        "schema": 3,
        "accessibility": 3,
        "kill": 2,
    }
