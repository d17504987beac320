"""The annual loss of many risks from their cells: one transform whatever their number.

E[min(X, d)] of all events together is a convolution over ln d, exact at the nodes; from there it goes to a linear grid that covers
the years worth telling apart, from nine deviations below the mean to six above and one large event more.
"""

import functools
from dataclasses import dataclass

import numpy as np
from scipy import fft, special

from risks.quantification import reading, sketch
from risks.quantification.cells import LOWEST, MU_STEP, MUS, NONE, SIGMA_STEP, UNIT, Cells, add, losses, moments
from risks.quantification.curves import LEVELS, NOTHING, AnnualLoss
from risks.quantification.refusals import need

POINTS = 1 << 15
SIZE = 4096  # of a transform over ln d: columns and kernel without folding
LARGE = 1e-5  # events a year beyond the one large event
LEAST_CELL, ZOOM, MOST_ZOOMS = 64, 32.0, 12
NODES, FURTHEST = 33, 4.5  # of a common shock, in deviations; 17 are within 0.3 %
HARDEST = 3
Floats = np.ndarray


@dataclass(frozen=True, eq=False)
class Shock:
    """How often everything strikes in a year, against its average: `factors`, rising, of mean 1, each with its weight."""

    weights: Floats
    factors: Floats

    @property
    def variance(self) -> float:
        return max(float((self.weights * self.factors**2).sum()) - 1, 0.0)


STEADY = Shock(np.ones(1), np.ones(1))


def shock(factor: float) -> Shock:
    """Years of which one in twenty strikes `factor` times as often as the average or more: lognormal, over nodes of a trapezoid."""
    need(1 <= factor <= HARDEST, "Say how much harder one year of twenty strikes: from 1 to 3 times the average.")
    if factor == 1:
        return STEADY
    z = np.linspace(-FURTHEST, FURTHEST, NODES)
    weights = np.exp(-(z**2) / 2)
    weights /= weights.sum()
    level = float(special.ndtri(0.95))
    sigma = level - np.sqrt(level**2 - 2 * np.log(factor))  # exp(σ·1.645 − σ²/2) = factor
    factors = np.exp(sigma * z)
    return Shock(weights, factors / (weights * factors).sum())


def evaluate(cells: Cells, shock: Shock = STEADY, unmoved: Cells = NONE) -> AnnualLoss:
    """The annual loss that the cells add up to; of `shock` they strike more or less often all at once, the `unmoved` beside them do
    not."""
    if shock is STEADY:
        cells, unmoved = (add([cells, unmoved]) if len(unmoved.keys) else cells), NONE
    total, rest = int(cells.amounts.sum()) / UNIT, int(unmoved.amounts.sum()) / UNIT
    if total + rest <= 0:
        return NOTHING
    (mean, variance), (mean_rest, variance_rest) = moments(cells), moments(unmoved)
    mean, variance = mean + mean_rest, variance + variance_rest + shock.variance * mean**2
    p_none = float((shock.weights * np.exp(-(shock.factors * total + rest))).sum())
    struck, beside = _limited(cells), _limited(unmoved) if rest else None
    conditional = np.concatenate([(LEVELS - p_none) / (1 - p_none), sketch.LEVELS])
    sums, more = sum(struck), sum(beside) if beside else 0.0
    (low, _), (_, high) = (_window(factor * sums + more) for factor in (shock.factors[0], shock.factors[-1]))
    found, below = np.zeros(len(conditional)), 0.0
    wanted = conditional > 0
    for zoom in range(MOST_ZOOMS):
        step = (high - low) / POINTS
        rates, others = _rates(*struck, step, zoom > 0), _rates(*beside, step, zoom > 0) if beside else 0.0
        masses = _masses(rates, others, shock, round(low / step), p_none if low < step else 0.0)
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


def _rates(smooth: Floats, steps: Floats, step: float, is_short: bool) -> Floats:
    """The transform of the events a year at the points j·step, less all of them. A short grid sees losses of its first half."""
    points = np.arange(POINTS + 1.0)
    at, known = np.concatenate([[0.0], losses()]), np.concatenate([[0.0], steps])
    limited = _between(smooth, step * points) + np.interp(step * points, at, known)
    rates = np.zeros(POINTS)
    rates[1:] = (2 * limited[1:-1] - limited[:-2] - limited[2:]) / step
    total = (limited[1] - limited[0]) / step  # events a year that reach the second point, those beyond the grid included
    if is_short:
        rates[POINTS // 2 :] = 0.0
    return fft.rfft(rates) - total


def _masses(struck: Floats, beside: Floats | float, shock: Shock, first: int, atom: float) -> Floats:
    """The masses of a year with a loss at the points from `first` on: given how hard the year strikes, all are independent."""
    spectrum = np.zeros(len(struck), complex)
    for weight, factor in zip(shock.weights, shock.factors, strict=True):
        spectrum += weight * np.exp(factor * struck + beside)
    masses = np.roll(fft.irfft(spectrum, POINTS), -first % POINTS)
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
