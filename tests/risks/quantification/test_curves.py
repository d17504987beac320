"""One risk's annual loss against closed forms, Panjer's recursion, a finer grid and simulated years."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from risks import quantification as q
from risks.quantification import curves, fine, grid, lattice, rates, sketch
from tests.risks.quantification import oracles

MODELS = oracles.varied(64)
FOUND = q.compute(MODELS)


def relative(found, right):
    return np.abs(np.asarray(found) / np.asarray(right) - 1)


def test_mean_and_deviation_are_the_closed_forms():
    """PERT rate 1, 2, 6: mean 2.5, α = 1.8, β = 4.2, variance 25·1.8·4.2/252 = 0.75; loss from 10,000 to 1,000,000:
    μ = ln 100,000, σ = ln 100/3.28971; E[S] = 2.5·E[X], Var[S] = 2.5·E[X²] + 0.75·E[X]²."""
    sigma = math.log(100) / 3.289707253902945
    mean, second = 1e5 * math.exp(sigma**2 / 2), 1e10 * math.exp(2 * sigma**2)

    [found] = q.compute([q.LossModel(q.pert_rate(1, 2, 6), (q.lognormal_from_interval(1e4, 1e6),))])

    assert found.mean == pytest.approx(2.5 * mean, rel=1e-12)
    assert found.sd == pytest.approx(math.sqrt(2.5 * second + 0.75 * mean**2), rel=1e-12)
    assert [one.mean for one in FOUND] == pytest.approx([model.annual_mean for model in MODELS], rel=1e-12)
    assert [one.sd for one in FOUND] == pytest.approx([model.annual_sd for model in MODELS], rel=1e-12)


def test_levels_agree_with_a_grid_of_131072_cells():
    right = np.array([fine.read(model, one.mean, one.p_none, points=1 << 17) for model, one in zip(MODELS, FOUND, strict=True)])
    var95, var99 = np.array([one.var95 for one in FOUND]), np.array([one.var99 for one in FOUND])
    some = right[:, 0] > 0

    assert ((var95 > 0) == some).all()
    assert np.median(relative(var99, right[:, 1])) <= 1e-4
    assert relative(var99, right[:, 1]).max() <= 1e-3
    assert np.median(relative(var95[some], right[some, 0])) <= 2e-4
    assert relative(var95[some], right[some, 0]).max() <= 2e-3
    assert relative([one.es99 for one in FOUND], right[:, 3]).max() <= 2e-3


@pytest.mark.parametrize("low, mode, high", [(0, 0.1, 0.4), (0.5, 2, 9), (100, 300, 500), (0, 1, 900)])
def test_chance_of_no_loss_agrees_with_quadrature(low, mode, high):
    alpha = 1 + 4 * (mode - low) / (high - low)
    of_unit = stats.beta(alpha, 6 - alpha)
    right, _ = integrate.quad(
        lambda x: math.exp(-low - (high - low) * x) * of_unit.pdf(x), 0, 1, points=[0.001, 0.01, 0.1], limit=400
    )

    assert float(rates.p_none(*q.pert_rate(low, mode, high).columns)[0]) == pytest.approx(right, abs=1e-6)


def test_distribution_agrees_with_panjers_recursion():
    model = q.LossModel(q.fixed_rate(1.7), (q.lognormal(0.0, 1.2),))
    points, step = 8192, grid.length_of(model) / 8192
    right = np.cumsum(oracles.panjer(1.7, grid.cells(model.primary[0], step, points), points))
    right = (right[1:] + right[:-1]) / 2

    distribution, _ = fine._distribution(model, step, points)
    whole = (1 - math.exp(-1.7)) * distribution[0, 1:] / (1 << 40) + math.exp(-1.7)

    assert np.abs(whole - right).max() <= 1e-5


def test_everything_agrees_with_400000_simulated_years():
    """A scenario with every part: doubtful rate, two primary losses, one insured, a secondary loss in a third of the cases."""
    model = q.LossModel(
        q.pert_rate(0.5, 2, 4),
        (q.lognormal_from_interval(20_000, 400_000), q.insured(q.pert(10_000, 50_000, 900_000), 100_000, 300_000)),
        (q.lognormal_from_interval(50_000, 500_000),),
        1 / 3,
    )
    years = np.sort(oracles.simulated_years([model], 400_000))

    [found] = q.compute([model])

    assert found.mean == pytest.approx(years.mean(), rel=0.01)
    assert found.sd == pytest.approx(years.std(), rel=0.01)
    assert found.p_none == pytest.approx((years == 0).mean(), rel=0.01)
    assert [found.var95, found.var99] == pytest.approx(np.quantile(years, [0.95, 0.99]), rel=0.01)
    assert found.es99 == pytest.approx(years[-4000:].mean(), rel=0.01)
    assert found.quantiles([0.5, 0.9]) == pytest.approx(np.quantile(years, [0.5, 0.9]), rel=0.01)
    assert found.exceedance([300_000, 1_000_000]) == pytest.approx([(years > x).mean() for x in (300_000, 1_000_000)], rel=0.02)


def test_result_does_not_depend_on_order_batch_or_warm_rows():
    shuffled = list(np.random.default_rng(3).permutation(len(MODELS)))
    alone = [q.compute([MODELS[place]])[0] for place in shuffled[:12]]
    lattice.forget()
    cold = q.compute([MODELS[place] for place in shuffled])

    assert alone == [FOUND[place] for place in shuffled[:12]]
    assert cold == [FOUND[place] for place in shuffled]


@settings(max_examples=25, deadline=None)
@given(st.floats(0.001, 400), st.floats(1, 1e7), st.floats(1, 1e4), st.floats(1, 4), st.booleans())
def test_curve_never_rises_and_levels_are_in_order(rate, low, width, doubt, is_pert):
    often = q.pert_rate(rate / doubt, rate, rate * doubt) if is_pert else q.gamma_from_interval(rate / doubt, rate * doubt)

    [found] = q.compute([q.LossModel(often, (q.lognormal_from_interval(low, low * width),))])
    losses = np.concatenate([[0.0], np.geomspace(low / 100, low * width * 1000, 400)])

    assert (np.diff(found.exceedance(losses)) <= 0).all()
    assert 0 <= found.var95 <= found.var99 <= found.var999
    assert found.var99 <= found.es99 * (1 + 1e-9)


def test_sketch_reads_back_what_was_read():
    errors = []
    for model in MODELS[::4]:
        p_none = float(rates.p_none(*model.rate.columns)[0])
        read = fine.read(model, model.annual_mean, p_none, points=1 << 15)
        between = np.concatenate([np.linspace(0.03, 0.89, 25), 1 - np.geomspace(0.1, 4e-4, 25)])
        wanted = p_none + (1 - p_none) * between
        places = fine.levels(model, p_none, wanted, points=1 << 15)
        errors.append(relative(sketch.quantiles(sketch.pack(read[4:]), p_none, wanted), places))

    assert len(sketch.pack(read[4:])) == 256
    assert np.median(errors) <= 1e-4
    assert np.quantile(errors, 0.99) <= 1e-3


# what other tools get wrong


def test_yearly_loss_is_a_sum_of_events_not_frequency_times_one_magnitude():
    """3 events a year of exponential-like size: Var = λ·E[X²], where frequency × one magnitude would give λ²·Var[X]."""
    model = q.LossModel(q.fixed_rate(3), (q.lognormal(0, 1),))

    [found] = q.compute([model])

    assert found.sd**2 == pytest.approx(3 * math.exp(2), rel=1e-12)
    assert found.sd**2 < 0.6 * (9 * (math.exp(2) - math.exp(1)) + 3 * math.exp(1))


def test_mean_of_a_pert_is_not_its_mode():
    """0.5, 1, 3: (0.5 + 4 + 3)/6 = 1.25."""
    assert q.pert_rate(0.5, 1, 3).mean == pytest.approx(1.25)
    assert q.pert(50, 100, 300).mean == pytest.approx(125)


def test_more_than_one_event_a_year_counts():
    """At 1.08 events a year P(at least one) = 0.66: counting only one would give 0.61 of the mean."""
    often, once = q.compute(
        [q.LossModel(rate, (q.point(100.0),)) for rate in (q.fixed_rate(1.08), q.at_most_one(1 - math.exp(-1.08)))]
    )

    assert often.mean == pytest.approx(108)
    assert once.mean / often.mean == pytest.approx(0.611, abs=0.001)
    assert often.p_none == pytest.approx(once.p_none)


# degenerate input: right, or refused in one sentence


def test_never_costs_nothing():
    found = q.compute([q.LossModel(q.fixed_rate(0), (q.lognormal(10, 1),)), q.LossModel(q.fixed_rate(2), (q.point(0),))])

    assert [(one.mean, one.p_none, one.var999) for one in found] == [(0, 1, 0)] * 2
    assert found[0].exceedance([0, 1]) == [0, 0]


def test_known_sums_at_a_known_rate():
    """Poisson(2) × 1,000: P(N ≤ 4) = 0.947, P(N ≤ 5) = 0.983, P(N ≤ 6) = 0.9955."""
    [found] = q.compute([q.LossModel(q.fixed_rate(2), (q.point(1000),))])

    assert (found.mean, found.p_none) == (2000, pytest.approx(math.exp(-2)))
    assert [found.var95, found.var99] == pytest.approx([5000, 6000], rel=1e-3)


def test_five_hundred_events_a_year():
    """Near normal: 500·1,000 ± √(500·E[X²]); the same from simulated years."""
    models = [q.LossModel(rate, (q.lognormal(math.log(1000), 0.5),)) for rate in (q.fixed_rate(500), q.pert_rate(10, 500, 900))]

    for model, found in zip(models, q.compute(models), strict=True):
        years = oracles.simulated_years([model], 15_000)
        assert found.p_none < 1e-4
        assert [found.var95, found.var99] == pytest.approx(np.quantile(years, [0.95, 0.99]), rel=0.015)


def test_nine_decades():
    """One event a year between 1 and 10⁹: P(S > x) ≈ 1 − exp(−P(X > x)) far out, as one event rules the year."""
    loss = q.lognormal_from_interval(1, 1e9)
    [found] = q.compute([q.LossModel(q.fixed_rate(1), (loss,))])
    right = [loss.quantile(1 + math.log(level)) for level in (0.99, 0.999)]

    assert [found.var99, found.var999] == pytest.approx(right, rel=0.02)
    assert found.mean == pytest.approx(math.exp(loss.a + loss.b**2 / 2), rel=1e-12)


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        (lambda: q.lognormal_from_interval(0, 10), "The low end of a loss must be above 0."),
        (lambda: q.lognormal_from_interval(20, 10), "The low end of a loss lies below the high end."),
        (lambda: q.lognormal_from_interval(1, 1e12), "This interval spans more than ten decades, which says nothing; narrow it."),
        (lambda: q.pert(1, 5, 3), "The likeliest loss lies between the lowest and the highest, and none is below 0."),
        (lambda: q.pert_rate(3, 2, 5), "The likeliest number of events lies between the lowest and the highest."),
        (lambda: q.fixed_rate(-1), "The number of events a year is 0 or more."),
        (lambda: q.fixed_rate(math.nan), "The number of events a year is 0 or more."),
        (lambda: q.fixed_rate(1e6), "More than 10,000 events a year is a running cost and no risk; put it into a budget."),
        (lambda: q.gamma_from_interval(0, 2), "The low end of the interval of events a year must be above 0."),
        (lambda: q.LossModel(q.fixed_rate(1), ()), "Say how much an event costs."),
    ],
)
def test_what_means_nothing_is_refused_in_one_sentence(wrong, sentence):
    with pytest.raises(q.Unquantifiable, match=f"^{sentence.replace('.', chr(92) + '.')}$"):
        wrong()


def test_interval_of_events_holds_nine_tenths():
    rate = q.gamma_from_interval(0.2, 3)

    assert stats.gamma(rate.a, scale=rate.b).cdf([0.2, 3]) == pytest.approx([0.05, 0.95])
    assert q.gamma_from_interval(2, 2) == q.fixed_rate(2)


def test_insurance_bears_the_layer_and_nothing_else():
    """Loss 100 … by layers: of 1,000 we bear 100, the insurer 500, we the last 400."""
    gross = q.lognormal_from_interval(100, 5_000)
    net = q.insured(gross, 300, 1_000)
    draws = np.exp(np.random.default_rng(5).normal(gross.a, gross.b, 2_000_000))
    borne = np.minimum(draws, 300) + np.maximum(draws - 1300, 0)

    assert q.insured(q.point(1000), 100, 500).borne(1000) == 500
    assert net.mean == pytest.approx(borne.mean(), rel=0.005)
    assert net.second == pytest.approx((borne**2).mean(), rel=0.02)
    assert net.limited(np.array([50.0, 300, 2000, 1e9])) == pytest.approx(
        [np.minimum(borne, ceiling).mean() for ceiling in (50, 300, 2000, 1e9)], rel=0.005
    )


def test_vulnerability_is_the_chance_that_capability_beats_resistance():
    draw = np.random.default_rng(2)

    def pert(low, mode, high):
        alpha = 1 + 4 * (mode - low) / (high - low)
        return low + (high - low) * draw.beta(alpha, 6 - alpha, 2_000_000)

    capability, resistance = (20, 50, 90), (40, 60, 70)

    assert q.vulnerability(capability, resistance) == pytest.approx((pert(*capability) > pert(*resistance)).mean(), abs=0.002)
    assert q.vulnerability((50, 50, 50), (10, 20, 30)) == 1
    assert q.vulnerability((0, 1, 2), (3, 4, 5)) == 0
    assert q.pert_rate(1, 2, 6).thinned(0.5) == q.pert_rate(0.5, 1, 3)


def test_shared_rows_serve_every_model_that_is_plain():
    """A row too narrow, too busy or too doubtful goes to its own fine grid, with the same answer."""
    models = [
        q.LossModel(q.fixed_rate(rate), (q.lognormal(8, sigma),)) for rate, sigma in ((29.9, 1), (30.1, 1), (1, 0.05), (1, 0.049))
    ]

    found = q.compute(models)

    assert found[0].var99 == pytest.approx(found[1].var99, rel=0.01)
    assert found[2].var99 == pytest.approx(found[3].var99, rel=0.005)
    assert curves.BUSIEST == 30
