"""The annual loss of many risks from their cells: one transform whatever their number.

E[min(X, d)] of all events together is a convolution over ln d, exact at the nodes; from there it goes to a linear grid that covers
the years worth telling apart, from nine deviations below the mean to six above and one large event more.
"""

import functools

import numpy as np
from scipy import fft, special

from risks.quantification import reading, sketch
from risks.quantification.cells import LOWEST, MU_STEP, MUS, SIGMA_STEP, UNIT, Cells, losses, moments
from risks.quantification.curves import LEVELS, NOTHING, AnnualLoss

POINTS = 1 << 15
SIZE = 4096  # of a transform over ln d: columns and kernel without folding
LARGE = 1e-5  # events a year beyond the one large event
LEAST_CELL, ZOOM, MOST_ZOOMS = 64, 32.0, 12
Floats = np.ndarray


def evaluate(cells: Cells) -> AnnualLoss:
    """The annual loss that the cells add up to."""
    total = int(cells.amounts.sum()) / UNIT
    if total <= 0:
        return NOTHING
    mean, variance = moments(cells)
    p_none = float(np.exp(-total))
    smooth, steps = _limited(cells)
    conditional = np.concatenate([(LEVELS - p_none) / (1 - p_none), sketch.LEVELS])
    low, high = _window(smooth + steps)
    found, below = np.zeros(len(conditional)), 0.0
    wanted = conditional > 0
    for zoom in range(MOST_ZOOMS):
        step = (high - low) / POINTS
        masses = _masses(smooth, steps, low, step, zoom > 0, p_none if low < step else 0.0)
        distribution, first = reading.rising(masses[None] / (1 - p_none))
        places = reading.places(distribution, conditional[None])[0]
        values = low + places * step
        found = np.where(wanted, values, found)
        if wanted[1]:
            below = _mean_below(distribution, first, places[1:2], low, step) * (1 - p_none)
        wanted = wanted & (places < LEAST_CELL)
        if low > 0 or not wanted[: len(LEVELS)].any():
            break
        high /= ZOOM
    es99 = max((mean - below) / (1 - LEVELS[1]), found[1])
    var95, var99, var999 = (float(value) for value in found[:3])
    return AnnualLoss(mean, float(np.sqrt(variance)), p_none, var95, var99, var999, float(es99), sketch.pack(found[3:]))


def _limited(cells: Cells) -> tuple[Floats, Floats]:
    """Σ rate·E[min(X, d)] at the nodes: of the lognormal rows, smooth, and of the known sums, with a corner at each."""
    rows = cells.keys // MUS
    present = np.unique(rows[rows > 0])
    smooth = np.zeros(MUS)
    if len(present):
        weighted = np.zeros((len(present), SIZE))
        of_row = rows > 0
        columns = cells.keys[of_row] % MUS
        weighted[np.searchsorted(present, rows[of_row]), columns] = cells.amounts[of_row] / UNIT * losses()[columns]
        transform = (fft.rfft(weighted, axis=1) * np.stack([_kernel(int(row)) for row in present])).sum(axis=0)
        smooth = fft.irfft(transform, SIZE)[:MUS]
    at, known = losses(), rows == 0
    weights = np.zeros(MUS)
    weights[cells.keys[known]] = cells.amounts[known] / UNIT
    above = np.cumsum(weights[::-1])[::-1] - weights
    steps = np.cumsum(weights * at) + at * above
    return smooth, steps


@functools.cache
def _kernel(row: int) -> Floats:
    """E[min(X, d)] over ln d of a lognormal loss of median 1, around ln d = 0, as a transform."""
    sigma = row * SIGMA_STEP
    u = MU_STEP * np.concatenate([np.arange(MUS), np.zeros(SIZE - 2 * MUS), np.arange(-MUS, 0)])
    values = np.exp(sigma**2 / 2) * special.ndtr(u / sigma - sigma) + np.exp(u) * special.ndtr(-u / sigma)
    values[MUS : SIZE - MUS] = 0.0
    return fft.rfft(values)


def _window(limited: Floats) -> tuple[float, float]:
    """From and to which yearly loss the grid reaches."""
    at = losses()
    above = np.maximum(np.diff(limited) / np.diff(at), 0.0)  # events a year beyond each node
    large = min(int((above > LARGE).sum()), MUS - 2)
    mean = limited[large] - at[large] * above[large]
    middle = (at[1:] + at[:-1]) / 2
    second = (2 * middle * np.diff(at) * above)[:large].sum() - at[large] ** 2 * above[large]
    sd = float(np.sqrt(max(second, 0.0)))
    low = max(0.0, float(mean) - 9 * sd)
    return low, float(mean) + 6 * sd + 1.2 * float(at[large + 1])


def _masses(smooth: Floats, steps: Floats, low: float, step: float, is_short: bool, atom: float) -> Floats:
    """The masses of a year with a loss at the points low + j·step. A short grid sees only losses of its first half."""
    points = np.arange(POINTS + 1.0)
    at, known = np.concatenate([[0.0], losses()]), np.concatenate([[0.0], steps])
    limited = _between(smooth, step * points) + np.interp(step * points, at, known)
    rates = np.zeros(POINTS)
    rates[1:] = (2 * limited[1:-1] - limited[:-2] - limited[2:]) / step
    total = (limited[1] - limited[0]) / step  # events a year that reach the second point, those beyond the grid included
    if is_short:
        rates[POINTS // 2 :] = 0.0
    transform = fft.rfft(rates)
    size, angle = np.exp(transform.real - total), transform.imag
    spectrum = size * np.cos(angle) + 1j * (size * np.sin(angle))
    masses = np.roll(fft.irfft(spectrum, POINTS), -round(low / step) % POINTS)
    masses[0] -= atom
    return masses


def _between(limited: Floats, at: Floats) -> Floats:
    """Cubic between the nodes of ln d; 0 at 0."""
    place = np.log(np.maximum(at, 1e-300)) / MU_STEP - LOWEST
    left = np.clip(place.astype(np.int64), 1, MUS - 3)
    t = np.clip(place - left, -1.0, 2.0)
    a, b, c, d = (limited[left + step] for step in (-1, 0, 1, 2))
    outer = (t + 1) * t * (t - 1) / 6 * d - t * (t - 1) * (t - 2) / 6 * a
    inner = (t + 1) * (t - 1) * (t - 2) / 2 * b - (t + 1) * t * (t - 2) / 2 * c
    value = outer + inner
    return np.where(place < 1, limited[1] * at / losses()[1], value)


def _mean_below(distribution: Floats, first: Floats, place: Floats, low: float, step: float) -> float:
    rows = np.array([0])
    whole = int(place[0])
    level = float(distribution[0, min(whole, POINTS - 2)]) / reading.UNIT
    return float(reading.mean_below(distribution, first, place)[rows[0]]) * step + low * level
