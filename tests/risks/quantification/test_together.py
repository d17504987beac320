"""The sum of many risks: against a fine grid, simulated years, itself in any order, and what other tools get wrong."""

import math

import numpy as np
import pytest

from risks import quantification as q
from risks.quantification import cells, together
from tests.risks.quantification import oracles

MODELS = oracles.varied(40, seed=11)
SUM = cells.add([cells.of(model) for model in MODELS])
MIXED = q.LossModel(q.fixed_rate(0.3), (q.lognormal(11, 1), q.pert(1e3, 1e4, 2e5)), (q.insured(q.lognormal(12, 1), 1e5, 1e6),), 0.2)


def test_sum_agrees_with_a_fine_grid():
    found = together.evaluate(SUM)

    right = oracles.quantiles_of_sum(MODELS, found.var999 * 4)

    assert found.mean == pytest.approx(sum(model.annual_mean for model in MODELS), rel=1e-6)
    assert [found.var95, found.var99] == pytest.approx(right[:2], rel=5e-4)


def test_sum_of_few_and_of_other_shapes_agrees_with_simulated_years():
    models = [
        MIXED,
        q.LossModel(q.pert_rate(0.2, 1, 2), (q.pert(1e4, 5e4, 3e5),)),
        q.LossModel(q.fixed_rate(0.1), (q.lognormal(13, 1.2),)),
    ]
    years = oracles.simulated_years(models, 400_000)

    found = together.evaluate(cells.add([cells.of(model) for model in models]))

    assert found.mean == pytest.approx(sum(model.annual_mean for model in models), rel=1e-6)
    assert found.p_none == pytest.approx((years == 0).mean(), rel=0.01)
    assert [found.var95, found.var99] == pytest.approx(np.quantile(years, [0.95, 0.99]), rel=0.01)
    assert found.sd == pytest.approx(math.sqrt(sum(model.annual_sd**2 for model in models)), rel=2e-3)


def test_incremental_equals_rebuilt_bit_by_bit():
    parts = [cells.of(model) for model in [*MODELS[:40], MIXED]]
    draw = np.random.default_rng(4)
    state, inside = cells.NONE, set()
    for place in draw.integers(0, len(parts), 300):
        state = cells.subtract(state, parts[place]) if place in inside else cells.add([state, parts[place]])
        inside ^= {int(place)}

    rebuilt = cells.add([parts[place] for place in draw.permutation(sorted(inside))])

    assert state.to_bytes() == rebuilt.to_bytes()
    assert cells.Cells.from_bytes(state.to_bytes()).to_bytes() == state.to_bytes()
    assert cells.subtract(state, rebuilt).to_bytes() == b""


def test_equal_risks_diversify():
    """One fixed seed for every model would leave VaR99/mean of twenty equal risks at that of one."""
    one = q.LossModel(q.fixed_rate(4), (q.lognormal(0, 1),))
    [alone] = q.compute([one])

    twenty = together.evaluate(cells.add([cells.of(one)] * 20))

    assert twenty.mean == pytest.approx(20 * alone.mean)
    assert alone.var99 / alone.mean > 2.2
    assert twenty.var99 / twenty.mean < 0.6 * alone.var99 / alone.mean


def test_one_risk_reads_the_same_alone_and_as_a_sum_of_one():
    """Single and portfolio results come from the same distribution, not from two samples.

    The sums an insurer leaves lie between two cells, 3 % apart; what is smooth reads closer.
    """
    models = [q.LossModel(q.fixed_rate(0.8), (q.lognormal(11, 1.3),)), MIXED, q.LossModel(q.fixed_rate(0.02), (q.lognormal(9, 2),))]

    for model, alone in zip(models, q.compute(models), strict=True):
        summed = together.evaluate(cells.of(model))
        assert summed.p_none == pytest.approx(alone.p_none, abs=2e-3 if model is MIXED else 1e-9)
        assert [summed.var95, summed.var99, summed.var999] == pytest.approx(
            [alone.var95, alone.var99, alone.var999], rel=2e-3 if model is not MIXED else 5e-3
        )


def test_nothing_adds_up_to_nothing():
    assert together.evaluate(cells.NONE).mean == 0
    assert cells.of(q.LossModel(q.fixed_rate(0), (q.lognormal(1, 1),))).to_bytes() == b""


def test_sum_that_spans_twenty_decades_stays_true():
    """Small change beside a rare enormous loss: the noise of the transform must not add to the mean."""
    models = [q.LossModel(q.fixed_rate(3), (q.lognormal(0, 0.5),)), q.LossModel(q.fixed_rate(0.02), (q.lognormal(30, 1),))]

    found = together.evaluate(cells.add([cells.of(model) for model in models]))
    [small, large] = q.compute(models)

    assert found.mean == pytest.approx(small.mean + large.mean, rel=1e-9)
    assert found.var99 == pytest.approx(large.var99, rel=1e-3)
    assert found.var95 == pytest.approx(small.var95, rel=0.15)
