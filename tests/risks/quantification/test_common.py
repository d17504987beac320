"""What risks have in common: events that strike several at once, and years that strike all, against simulated years."""

import numpy as np
import pytest

from risks import quantification as q
from risks.quantification import cells, together
from tests.risks.quantification import oracles

INSURED = q.LossModel(q.fixed_rate(1), (q.insured(q.lognormal(12, 1), 1e5, 1e6),), (q.pert(1e4, 5e4, 3e5),), 0.3)
PLAIN = [q.LossModel(q.fixed_rate(rate), (q.lognormal(mu, 1.1),)) for rate, mu in ((0.3, 11), (0.6, 10), (0.2, 12.5), (0.9, 9))]
YEARS = 200_000
DEAR = cells.of(INSURED)


def simulated_event(models, count, draw):
    """Each of `count` events: the sum of one event of each model."""
    total = np.zeros(count)
    for model in models:
        for one in model.primary:
            total += oracles._events(draw, one, count)
        hit = draw.random(count) < model.secondary_share
        for one in model.secondary:
            total[hit] += oracles._events(draw, one, int(hit.sum()))
    return total


def test_events_that_strike_several_at_once_are_one_more_term():
    models, rate = [INSURED, *PLAIN[:2]], 0.4
    draw = np.random.default_rng(8)
    counts = draw.poisson(rate, YEARS)
    years = np.zeros(YEARS)
    np.add.at(years, np.repeat(np.arange(YEARS), counts), simulated_event(models, int(counts.sum()), draw))

    found = together.evaluate(cells.at_once(models, rate))

    assert found.mean == pytest.approx(rate * sum(model.event_mean for model in models), rel=1e-6)
    assert found.p_none == pytest.approx(np.exp(-rate), rel=1e-6)
    assert [found.var95, found.var99] == pytest.approx(np.quantile(years, [0.95, 0.99]), rel=0.015)
    assert cells.at_once(models, 0).to_bytes() == cells.at_once([], 1).to_bytes() == b""


def test_year_that_strikes_all_agrees_with_simulated_years():
    """Half of the risks know no bad year; given how hard it strikes all are independent."""
    struck, calm = PLAIN[:3], PLAIN[3:]
    draw = np.random.default_rng(9)
    sigma = 1.6448536 - np.sqrt(1.6448536**2 - 2 * np.log(2))
    factors = np.exp(sigma * draw.normal(size=YEARS) - sigma**2 / 2)
    years = oracles.simulated_years(calm, YEARS)
    for model in struck:
        counts = draw.poisson(model.rate.mean * factors)
        np.add.at(years, np.repeat(np.arange(YEARS), counts), simulated_event([model], int(counts.sum()), draw))
    struck_cells, calm_cells = (cells.add([cells.of(model) for model in some]) for some in (struck, calm))

    found = together.evaluate(struck_cells, together.shock(2), calm_cells)
    steady = together.evaluate(cells.add([struck_cells, calm_cells]))

    assert found.mean == pytest.approx(steady.mean, rel=1e-9)
    assert found.p_none == pytest.approx((years == 0).mean(), abs=0.004)
    spread = sum(model.annual_sd**2 for model in PLAIN) + (np.exp(sigma**2) - 1) * sum(one.annual_mean for one in struck) ** 2
    assert found.sd == pytest.approx(np.sqrt(spread), rel=1e-3)
    assert [found.var95, found.var99] == pytest.approx(np.quantile(years, [0.95, 0.99]), rel=0.015)
    assert found.var99 > 1.02 * steady.var99


def test_shock_keeps_the_average_and_strikes_one_year_in_twenty():
    for factor in (1.2, 2, 3):
        found = together.shock(factor)
        assert (found.weights * found.factors).sum() == pytest.approx(1, rel=1e-12)
        assert found.weights[found.factors >= factor].sum() == pytest.approx(0.05, abs=0.02)
    whole = cells.add([cells.of(model) for model in PLAIN])
    assert together.evaluate(whole, together.shock(1)) == together.evaluate(whole)
    assert together.evaluate(whole, together.shock(1), DEAR) == together.evaluate(cells.add([whole, DEAR]))
    for factor in (0.9, 3.5):
        with pytest.raises(q.Unquantifiable, match="from 1 to 3"):
            together.shock(factor)
