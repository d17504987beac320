"""What the engine is held against: Panjer's recursion, simulated years, a very fine grid."""

import numpy as np
from scipy import fft

from risks.quantification import LossModel, Rate, fixed_rate, gamma_rate, grid, lognormal, pert_rate, rates
from risks.quantification import magnitudes as kinds

LEVELS = np.array([0.95, 0.99, 0.999])


def varied(count, seed=7, busiest=5.0):
    """Plain models as a register has them: seldom and often, narrow and wide, known and doubtful rates."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        rate = float(np.exp(draw.uniform(np.log(0.03), np.log(busiest))))
        kind = draw.random()
        doubt = (
            pert_rate(rate * 0.4, rate, rate * 2.5) if kind < 0.6 else gamma_rate(3.0, rate / 3) if kind < 0.7 else fixed_rate(rate)
        )
        found.append(LossModel(doubt, (lognormal(draw.uniform(9, 15), draw.uniform(0.4, 2.0)),)))
    return found


def panjer(rate, masses, count):
    """P(S = j·h), j < count, of Poisson events with `masses` on the grid."""
    found = np.zeros(count)
    found[0] = np.exp(rate * (masses[0] - 1))
    weighted = np.arange(count) * masses[:count]
    for j in range(1, count):
        found[j] = rate / j * (weighted[1 : j + 1] @ found[j - 1 :: -1][:j])
    return found


def simulated_years(models, years, seed=1):
    """The sum of the yearly losses of independent models, year by year."""
    total = np.zeros(years)
    for place, model in enumerate(models):
        draw = np.random.default_rng((seed, place))
        counts = (
            draw.poisson(_rates(draw, model.rate, years)) if model.rate.kind != rates.ONCE else draw.random(years) < model.rate.a
        )
        year = np.repeat(np.arange(years), counts)
        for one in model.primary:
            np.add.at(total, year, _events(draw, one, len(year)))
        hit = draw.random(len(year)) < model.secondary_share
        for one in model.secondary:
            np.add.at(total, year[hit], _events(draw, one, int(hit.sum())))
    return total


def _rates(draw, rate: Rate, years):
    if rate.kind == rates.PERT:
        alpha = 1 + 4 * (rate.b - rate.a) / (rate.c - rate.a)
        return rate.a + (rate.c - rate.a) * draw.beta(alpha, 6 - alpha, years)
    return draw.gamma(rate.a, rate.b, years) if rate.kind == rates.GAMMA else np.full(years, rate.a)


def _events(draw, one, count):
    if one.kind == kinds.LOGNORMAL:
        gross = np.exp(draw.normal(one.a, one.b, count))
    elif one.kind == kinds.PERT:
        alpha = 1 + 4 * (one.b - one.a) / (one.c - one.a)
        gross = one.a + (one.c - one.a) * draw.beta(alpha, 6 - alpha, count)
    else:
        gross = np.full(count, one.a)
    return np.minimum(gross, one.deductible) + np.maximum(gross - one.deductible - one.limit, 0) if one.is_insured else gross


def quantiles_of_sum(models, longest, points=1 << 17, levels=LEVELS):
    """Quantiles of the sum of independent models on one very fine grid, risk by risk."""
    step, tilt = longest / points, np.exp(-10 / points * np.arange(points))
    log = np.zeros(points // 2 + 1, complex)
    for model in models:
        event = grid.event(model, step, points, tilt)
        if model.rate.kind == rates.GAMMA:
            log += -model.rate.a * np.log(1 + model.rate.b * (1 - event))
            continue
        at, weights = rates.nodes(*model.rate.columns, 9) if model.rate.kind == rates.PERT else ([[model.rate.a]], [[1.0]])
        log += np.log(sum(weight * np.exp(rate * (event - 1)) for rate, weight in zip(at[0], weights[0], strict=True)))
    known = np.cumsum(fft.irfft(np.exp(log), points) / tilt)
    middle = np.maximum.accumulate((known + np.concatenate([[0], known[:-1]])) / 2)
    return np.interp(levels, middle, step * np.arange(points))
