"""A loss on a grid whose cells keep local means, and how long such a grid must be."""

import numpy as np
from scipy import fft

from risks.quantification.magnitudes import Magnitude
from risks.quantification.models import LossModel

BEYOND = 1e-5  # chance of a year with an event beyond the grid
BEYOND_A_LOSS = 1e-4  # the same of one event: the tail of a year with a loss must be readable too
LEAST_MEDIANS = 3.0
Floats = np.ndarray


def cells(magnitude: Magnitude, step: float, count: int) -> Floats:
    """P of each point 0, h, 2h …: f_j = [2L(jh) − L((j−1)h) − L((j+1)h)]/h, L(d) = E[min(X, d)]; what is beyond is left out."""
    limited = magnitude.limited(step * np.arange(count + 1.0))
    found = np.empty(count)
    found[0] = 1.0 - (limited[1] - limited[0]) / step
    found[1:] = (2 * limited[1:-1] - limited[:-2] - limited[2:]) / step
    return np.maximum(found, 0.0, out=found)


def event(model: LossModel, step: float, count: int, tilt: Floats | float = 1.0) -> Floats:
    """The transform of one event: its primary losses and, with their chance, the secondary ones. φ = φ₁·(1 − p + p·φ₂)."""
    primary, secondary = (
        np.prod([fft.rfft(cells(one, step, count) * tilt) for one in parts], axis=0) if parts else np.ones(count // 2 + 1, complex)
        for parts in (model.primary, model.secondary)
    )
    return primary * (1 - model.secondary_share + model.secondary_share * secondary)


def tail_level(rate: Floats | float) -> Floats:
    """The quantile of one event that the grid must reach, so that a year with a larger one is rarer than `BEYOND`."""
    return 1.0 - np.minimum(BEYOND / np.maximum(rate, 1e-300), BEYOND_A_LOSS)


def length(mean: Floats | float, sd: Floats | float, reach: Floats | float) -> Floats:
    """Length of the grid from mean and sd of a year without the events beyond `reach`; the second term is for many small events."""
    return np.maximum(reach + mean + 3 * sd, mean + 6 * sd)


def length_of(model: LossModel) -> float:
    """The same for any model: the reach is the sum of the reaches of its parts."""
    rate, parts = model.rate.mean, [*model.primary, *model.secondary]
    level = float(1 - (1 - tail_level(rate)) / len(parts))
    reach = max(sum(one.quantile(level) for one in parts), LEAST_MEDIANS * sum(one.quantile(0.5) for one in parts))
    mean = rate * sum(_mean_below(one, level) for one in parts)
    second = sum(_mean_below(one, level, 2) for one in parts) * len(parts)
    sd = float(np.sqrt(max(rate * second + model.rate.variance * (mean / rate) ** 2, 0.0)))
    return float(length(mean, sd, reach))


def _mean_below(one: Magnitude, level: float, power: int = 1) -> float:
    gross = Magnitude(one.kind, one.a, one.b, one.c)
    return float(gross.partial(power, np.array([gross.quantile(level) * (1 + 1e-12)]))[0])
