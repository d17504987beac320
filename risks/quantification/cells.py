"""What a risk adds to the sum of many: whole numbers of 2⁻⁴⁰ events a year, in few cells of (σ, μ).

A sum of compound Poisson losses is one again, so cells add and subtract exactly, in any order, on any worker. A lognormal loss is
split over two σ so that mean and variance stay, over two μ so that the mean stays. σ = 0 is the row of known sums; losses of any
other shape are spread over it, keeping E[min(X, d)] at every node. A doubtful rate comes as clusters of events: a gamma rate is
Poisson in clusters of logarithmic size, and a PERT rate is taken as the gamma rate of its mean and variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import fft

from risks.quantification import grid
from risks.quantification.models import LossModel
from risks.quantification.rates import fixed_rate

UNIT = float(1 << 40)
MU_STEP, LOWEST, MUS = 1 / 32, -160, 1536  # medians from e^−5 to e^43
SIGMA_STEP, SIGMAS = 1 / 32, 232  # σ up to 7.2
LONGEST_CLUSTER, RAREST_CLUSTER = 48, 1e-7
LEAST_DOUBT = 0.02  # scale of the gamma rate from which the shape of a cluster is computed, and not only its mean and variance
EVENT_POINTS = 4096
Floats = np.ndarray


@dataclass(frozen=True, slots=True)
class Cells:
    """Rates in cells: `keys` rise, `amounts` are units of 2⁻⁴⁰ events a year."""

    keys: Floats  # int32: row of σ × MUS + column of μ
    amounts: Floats  # int64

    def to_bytes(self) -> bytes:
        return self.keys.astype("<i4").tobytes() + self.amounts.astype("<i8").tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Cells":
        count = len(stored) // 12
        keys, amounts = np.frombuffer(stored, "<i4", count), np.frombuffer(stored, "<i8", count, 4 * count)
        return cls(keys.astype(np.int32), amounts.astype(np.int64))


NONE = Cells(np.empty(0, np.int32), np.empty(0, np.int64))


def add(parts: list[Cells], signs: list[int] | None = None) -> Cells:
    """The sum of `parts`, each with its sign; cells that come to nothing are gone."""
    if not parts:
        return NONE
    amounts = [part.amounts if signs is None else part.amounts * signs[place] for place, part in enumerate(parts)]
    keys, inverse = np.unique(np.concatenate([part.keys for part in parts]), return_inverse=True)
    summed = np.zeros(len(keys), np.int64)
    np.add.at(summed, inverse, np.concatenate(amounts))
    kept = summed != 0
    return Cells(keys[kept].astype(np.int32), summed[kept])


def subtract(whole: Cells, part: Cells) -> Cells:
    return add([whole, part], [1, -1])


def times(part: Cells, share: float) -> Cells:
    """`share` of the events: of a part of a year."""
    amounts = np.rint(part.amounts * share).astype(np.int64)
    return Cells(part.keys[amounts != 0], amounts[amounts != 0])


def of(model: LossModel) -> Cells:
    """The cells of one risk."""
    rate, mean = model.rate.mean, model.event_mean
    if rate <= 0 or mean <= 0:
        return NONE
    sizes, weights = _clusters(rate, max(model.rate.variance, 0.0))
    found = []
    if model.is_plain:
        one = model.primary[0]
        found.append(lognormal(weights[:1], np.array([one.a]), np.array([one.b])))
    elif len(model.primary) == 1 and not model.secondary:
        found.append(_by_limits(weights[0], model.primary[0].limited(losses())))
    else:
        found.append(_on_grid(model, sizes[:1], weights[:1]))
    if len(sizes) > 1 and model.rate.variance > LEAST_DOUBT * rate:
        found.append(_on_grid(model, sizes[1:], weights[1:]))
    elif len(sizes) > 1:
        spread = np.log1p(model.event_variance / mean**2 / sizes[1:])
        found.append(lognormal(weights[1:], np.log(sizes[1:] * mean) - spread / 2, np.sqrt(spread)))
    return add(found)


def at_once(models: Sequence[LossModel], rate: float) -> Cells:
    """Events, `rate` a year, in each of which every one of `models` loses what an event of its own costs, whatever the others lose:
    one more compound Poisson term."""
    if rate <= 0 or not models:
        return NONE
    step = sum(grid.length_of(replace(model, rate=fixed_rate(rate))) for model in models) / EVENT_POINTS
    event = np.prod([grid.event(model, step, EVENT_POINTS) for model in models], axis=0)
    mean = sum(model.event_mean for model in models)
    square = sum(model.event_variance for model in models) + mean**2
    return _of_transform(rate * event, step, rate, rate * mean, rate * square)


def lognormal(rates: Floats, mu: Floats, sigma: Floats) -> Cells:
    """Lognormal losses of given rates [events/year] as cells."""
    low = np.minimum(np.floor(sigma / SIGMA_STEP).astype(np.int64), SIGMAS - 2)
    first, second, own = np.exp((low * SIGMA_STEP) ** 2), np.exp(((low + 1) * SIGMA_STEP) ** 2), np.exp(sigma**2)
    share = np.clip((own - first) / (second - first), 0.0, 1.0)
    units = np.rint(rates * UNIT).astype(np.int64)
    upper = np.rint(units * share).astype(np.int64)
    keys, amounts = [], []
    for row, part in ((low, units - upper), (low + 1, upper)):
        place = (mu + (sigma**2 - (row * SIGMA_STEP) ** 2) / 2) / MU_STEP - LOWEST
        column = np.clip(np.floor(place).astype(np.int64), 0, MUS - 2)
        right = np.expm1(np.clip(place - column, 0.0, 1.0) * MU_STEP) / np.expm1(MU_STEP)
        over = np.rint(part * right).astype(np.int64)
        keys += [row * MUS + column, row * MUS + column + 1]
        amounts += [part - over, over]
    return add([Cells(np.concatenate(keys).astype(np.int32), np.concatenate(amounts))])


def losses() -> Floats:
    """The loss at each column of μ."""
    return np.exp((np.arange(MUS) + LOWEST) * MU_STEP)


def moments(cells: Cells) -> tuple[float, float]:
    """Mean and variance of a year's loss, in closed form over the cells."""
    rates, sigma = cells.amounts / UNIT, (cells.keys // MUS) * SIGMA_STEP
    mean = np.exp((cells.keys % MUS + LOWEST) * MU_STEP + sigma**2 / 2)
    return float((rates * mean).sum()), float((rates * mean**2 * np.exp(sigma**2)).sum())


def means(parts: Sequence[Cells]) -> list[float]:
    """The mean of a year's loss of each of many, at once."""
    keys, amounts = (np.concatenate([getattr(part, name) for part in parts or [NONE]]) for name in ("keys", "amounts"))
    owner = np.repeat(np.arange(len(parts)), [len(part.keys) for part in parts])
    each = amounts / UNIT * np.exp((keys % MUS + LOWEST) * MU_STEP + ((keys // MUS) * SIGMA_STEP) ** 2 / 2)
    return np.bincount(owner, each, len(parts)).tolist()


def _clusters(rate: float, variance: float) -> tuple[Floats, Floats]:
    """Sizes 1, 2, … and how often a year: the mean number of events stays `rate`, its variance `rate` + `variance`."""
    scale = variance / rate
    if scale < 1e-9:
        return np.ones(1), np.array([rate])
    sizes = np.arange(1.0, LONGEST_CLUSTER + 1)
    weights = rate / scale * (scale / (1 + scale)) ** sizes / sizes
    kept = max(1, int((weights * sizes > RAREST_CLUSTER * rate).sum()))
    sizes, weights = sizes[:kept], weights[:kept]
    return sizes, weights * rate / (sizes * weights).sum()


def _by_limits(rate: float, limited: Floats) -> Cells:
    """A loss over the row of known sums: mass at node k so that `limited`, E[min(X, d)], holds at every node."""
    slope = np.diff(limited, prepend=0.0) / np.diff(losses(), prepend=0.0)
    chances = np.maximum(slope - np.append(slope[1:], 0.0), 0.0)
    amounts = np.rint(chances * rate * UNIT).astype(np.int64)
    keys = np.flatnonzero(amounts)
    return Cells(keys.astype(np.int32), amounts[keys])


def _on_grid(model: LossModel, sizes: Floats, weights: Floats) -> Cells:
    """Clusters of 1, 2, … events by one transform, each grid point split over two nodes."""
    step = grid.length_of(model) * np.sqrt(sizes[-1]) / EVENT_POINTS
    event = grid.event(model, step, EVENT_POINTS)
    transform, power = np.zeros_like(event), event ** (sizes[0] - 1)
    for weight in weights:
        power = power * event
        transform += weight * power
    mean = (sizes * weights).sum() * model.event_mean
    square = (weights * (sizes * model.event_variance + sizes**2 * model.event_mean**2)).sum()
    return _of_transform(transform, step, float(weights.sum()), mean, square)


def _of_transform(transform: Floats, step: float, number: float, mean: float, square: float) -> Cells:
    """Losses on a grid as cells. What lies beyond it keeps its number, mean and variance as a lognormal loss; `number`, `mean` and
    `square` [Σ rate·X²] are those of all."""
    rates = np.maximum(fft.irfft(transform, EVENT_POINTS), 0.0)
    points = step * np.arange(EVENT_POINTS)
    near = known_sums(rates[1:], points[1:])
    whole, number = number, number - rates.sum()
    mean, square = mean - (rates * points).sum(), square - (rates * points**2).sum()
    if number <= 1e-12 * whole or mean <= number * points[-1] / 2:
        return near
    spread = np.log(np.clip(square * number / mean**2, 1 + 1e-9, np.exp(49.0)))
    return add([near, lognormal(np.array([number]), np.array([np.log(mean / number) - spread / 2]), np.array([np.sqrt(spread)]))])


def known_sums(rates: Floats, at: Floats) -> Cells:
    """Events that cost exactly `at`, split over two nodes each so that their mean stays."""
    place = np.log(at) / MU_STEP - LOWEST
    column = np.clip(np.floor(place).astype(np.int64), 0, MUS - 2)
    right = rates * np.expm1(np.clip(place - column, 0.0, 1.0) * MU_STEP) / np.expm1(MU_STEP)
    summed = np.bincount(column, rates - right, MUS) + np.bincount(column + 1, right, MUS)
    amounts = np.rint(summed * UNIT).astype(np.int64)
    keys = np.flatnonzero(amounts)
    return Cells(keys.astype(np.int32), amounts[keys])
