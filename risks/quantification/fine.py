"""The curve of one risk of any kind: a grid of 8,192 cells in double precision, and shorter ones for what it would not resolve.

What lies beyond a grid is left out, not folded back: a year that stays under x holds no event above x, so the distribution below
the end of a short grid is as exact as that of a long one. Folding is damped by an exponential tilt.
"""

import numpy as np
from scipy import fft

from risks.quantification import annual, grid, rates, reading, sketch
from risks.quantification.models import LossModel

POINTS = 8192
LEAST_CELL = 64
LEAST_CELL_OF_SKETCH = 24
ZOOM = 32.0
MOST_ZOOMS = 9
TILT = 14.0  # folding shrinks to e^−14, round-off grows to 1e-16·e^14
LEVELS = np.array([0.95, 0.99, 0.999])
Floats = np.ndarray


def read(model: LossModel, mean: float, p_none: float, points: int = POINTS) -> Floats:
    """VaR95, VaR99, VaR99.9, ES99 and the quantiles of the sketch [currency] of a model with some loss."""
    conditional = np.concatenate([(LEVELS - p_none) / (1 - p_none), sketch.LEVELS])
    step, found = grid.length_of(model) / points, np.zeros(len(conditional))
    below, open_levels = 0.0, conditional > 0
    for _ in range(MOST_ZOOMS):
        distribution, first = _distribution(model, step, points)
        reached = open_levels & (np.rint(conditional * reading.UNIT) <= distribution[0, -1])
        places = reading.places(distribution, conditional[None])[0]
        found = np.where(reached | (open_levels & (found == 0)), places * step, found)
        if reached[1]:
            below = float(reading.mean_below(distribution, first, places[1:2])[0]) * (1 - p_none) * step
        too_low = (places < np.where(np.arange(len(places)) < len(LEVELS), LEAST_CELL, LEAST_CELL_OF_SKETCH)) & open_levels
        too_low[len(LEVELS)] = False  # the lowest level of the sketch lies at the atom
        if not too_low.any():
            break
        open_levels &= places < points / ZOOM
        step /= ZOOM
    es99 = max((mean - below) / (1 - LEVELS[1]), found[1])
    return np.concatenate([found[:3], [es99], found[3:]])


def _distribution(model: LossModel, step: float, points: int) -> tuple[Floats, Floats]:
    tilt = np.exp(-TILT / points * np.arange(points))
    event = grid.event(model, step, points, tilt)
    columns = model.rate.columns
    kind, rest = columns[0], columns[1:]
    mean, spread = rates.mean(*columns), rates.variance(*columns)
    count = int(annual.node_counts(kind, spread * model.event_mean**2 / mean / (model.event_variance + model.event_mean**2))[0])
    at = rates.nodes(*columns, count) if count > 1 else (rest[0][:, None], np.ones((1, 1)))
    p_none = rates.p_none(*columns)
    real, imaginary = annual.with_a_loss(int(kind[0]), rest, p_none, at if count else None, event.real[None], event.imag[None])
    return reading.rising(fft.irfft(real + 1j * imaginary, points, axis=1) / tilt)


def levels(model: LossModel, p_none: float, wanted: Floats, points: int = POINTS) -> Floats:
    """What a year stays under with each of `wanted`, read off one grid without a sketch between."""
    step = grid.length_of(model) / points
    distribution, _ = _distribution(model, step, points)
    return reading.places(distribution, ((wanted - p_none) / (1 - p_none))[None])[0] * step
