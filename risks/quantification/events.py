"""What one event costs, for the words under an estimate."""

import numpy as np
from scipy import fft

from risks.quantification import grid
from risks.quantification.models import LossModel

POINTS = 8192


def quantiles(model: LossModel, levels: list[float]) -> list[float]:
    """What one event stays under with each of `levels` [currency]: in closed form for one loss, else from its transform."""
    if len(model.primary) == 1 and not model.secondary:
        return [model.primary[0].quantile(level) for level in levels]
    if model.event_mean <= 0:
        return [0.0] * len(levels)
    step = grid.length_of(model) / POINTS
    known = np.cumsum(np.maximum(fft.irfft(grid.event(model, step, POINTS), POINTS), 0.0))
    middle = np.maximum.accumulate((known + np.concatenate([[0.0], known[:-1]])) / 2)
    return np.interp(levels, middle, step * np.arange(POINTS)).tolist()
