"""The annual loss of one risk or of many: plain ones in batches on shared rows, the others and the doubtful on a fine grid each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft, special

from risks.quantification import annual, fine, grid, lattice, rates, reading, sketch
from risks.quantification.magnitudes import lognormal
from risks.quantification.models import LossModel

LEVELS = np.array([0.95, 0.99, 0.999])
BATCH = 32  # rows that stay in the second cache
LEAST_CELL = 64  # a level read below is read again on a finer grid
BUSIEST, NARROWEST = 30.0, 0.05  # events a year and σ up to which, from which the shared rows are exact enough
ZOOM_STEPS = 4 * lattice.STEPS_PER_OCTAVE  # a short grid is sixteen times finer
MOST_ZOOMS = 3
SELDOM = 0.4  # events a year, at most, below which a year's few events are summed by their number
Floats = np.ndarray


@dataclass(frozen=True, slots=True)
class AnnualLoss:
    """A year's loss [currency]: mean and sd in closed form, chance of none, losses reached once in 20, 100, 1,000 years, the
    mean of the worst 1 % of years, and the curve as a sketch of 256 bytes."""

    mean: float
    sd: float
    p_none: float
    var95: float
    var99: float
    var999: float
    es99: float
    sketch: bytes

    def quantiles(self, levels: Sequence[float]) -> list[float]:
        """What a year stays under with each of `levels`."""
        return sketch.quantiles(self.sketch, self.p_none, np.asarray(levels)).tolist()

    def exceedance(self, losses: Sequence[float]) -> list[float]:
        """The chance that a year costs more than each of `losses`."""
        return sketch.exceedance(self.sketch, self.p_none, np.asarray(losses)).tolist()


NOTHING = AnnualLoss(0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, bytes(256))


@dataclass(slots=True)
class Curves:
    """The same of many risks: `read` holds VaR95, VaR99, VaR99.9, ES99 and the 64 levels of the sketch, a row a risk."""

    mean: Floats
    sd: Floats
    p_none: Floats
    read: Floats

    def one(self, row: int) -> AnnualLoss:
        var95, var99, var999, es99 = (float(value) for value in self.read[row, :4])
        mean, sd, p_none = float(self.mean[row]), float(self.sd[row]), float(self.p_none[row])
        return AnnualLoss(mean, sd, p_none, var95, var99, var999, es99, sketch.pack(self.read[row, 4:]))


def compute(models: Sequence[LossModel]) -> list[AnnualLoss]:
    """The annual loss of each model. What it is does not depend on the others in the batch."""
    found: list[AnnualLoss | None] = [None] * len(models)
    plain_rows = [row for row, model in enumerate(models) if model.is_plain]
    if plain_rows:
        chosen = [models[row] for row in plain_rows]
        columns = np.array([(m.rate.kind, m.rate.a, m.rate.b, m.rate.c, m.primary[0].a, m.primary[0].b) for m in chosen]).T
        curves = plain(tuple(columns[:4]), columns[4], columns[5])
        for place, row in enumerate(plain_rows):
            found[row] = curves.one(place)
    return [one if one is not None else _alone(model) for one, model in zip(found, models, strict=True)]


def plain(columns: tuple[Floats, Floats, Floats, Floats], mu: Floats, sigma: Floats) -> Curves:
    """The curves of risks with one lognormal loss each; `columns` are the fields of their rates."""
    kind = columns[0]
    rate, spread, p_none = rates.mean(*columns), rates.variance(*columns), rates.p_none(*columns)
    event = np.exp(mu + sigma**2 / 2)
    second = np.exp(2 * mu + 2 * sigma**2)
    with np.errstate(invalid="ignore"):
        sd = np.sqrt(np.maximum(rate * second + spread * event**2, 0.0))
    curves = Curves(rate * event, sd, p_none, np.zeros((len(mu), 4 + len(sketch.LEVELS))))
    doubt = np.divide(spread, rate * np.exp(sigma**2), out=np.zeros_like(rate), where=rate > 0)
    counts = annual.node_counts(kind, doubt)
    shared = (rate > 0) & (rate <= BUSIEST) & (sigma >= NARROWEST) & (counts <= annual.NODE_COUNTS[2][1])
    rows = np.flatnonzero(shared)
    steps = _steps(rate[rows], spread[rows], sigma[rows])
    for zoom in range(1 + MOST_ZOOMS):
        work = _Work(curves, columns, counts, mu, sigma, zoom > 0)
        work.do(rows, steps)
        limit = LEAST_CELL * lattice.step(steps) * np.exp(mu[rows])
        low = ((curves.read[rows, :3] > 0) & (curves.read[rows, :3] < limit[:, None])).any(axis=1)
        rows, steps = rows[low], steps[low] - ZOOM_STEPS
    for row in np.concatenate([rows, np.flatnonzero(~shared & (rate > 0))]):
        own = rates.Rate(int(kind[row]), *(float(column[row]) for column in columns[1:]))
        model = LossModel(own, (lognormal(float(mu[row]), float(sigma[row])),))
        curves.read[row] = fine.read(model, float(curves.mean[row]), float(p_none[row]))
    return curves


@dataclass(frozen=True, slots=True)
class _Work:
    """One pass over shared rows, long ones or short ones; a short pass renews what the pass before read too low."""

    curves: Curves
    columns: tuple[Floats, ...]
    counts: Floats
    mu: Floats
    sigma: Floats
    is_short: bool

    def do(self, rows: Floats, steps: Floats) -> None:
        exact = self.sigma[rows] / lattice.SIGMA_STEP
        sigma_index = np.floor(exact).astype(np.int64)
        places = lattice.prepare(sigma_index, steps, self.is_short)
        scale = lattice.step(steps) * np.exp(self.mu[rows])
        rate = rates.mean(*(column[rows] for column in self.columns))
        seldom = np.where(self.columns[0][rows] == rates.PERT, self.columns[3][rows], rate) < SELDOM
        seldom &= self.columns[0][rows] != rates.GAMMA  # its tail of many events is too long
        groups = self.columns[0][rows] * 1000 + self.counts[rows] * 10 + seldom
        order = np.argsort(groups, kind="stable")
        for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
            for start in range(0, len(members), BATCH):
                part = members[start : start + BATCH]
                whole = np.resize(part, BATCH)  # a full batch always: every row takes the same path through the processor
                weight = exact[whole] - sigma_index[whole]
                read = self._batch(rows[whole], places[whole], weight, scale[whole], bool(seldom[part[0]]))[: len(part)]
                self._keep(rows[part], scale[part], read)

    def _batch(self, rows: Floats, places: Floats, weight: Floats, scale: Floats, is_seldom: bool) -> Floats:
        kind, own = self.columns[0][rows], tuple(column[rows] for column in self.columns[1:])
        p_none, count = self.curves.p_none[rows], int(self.counts[rows[0]])
        re, im = lattice.blended(places, weight)
        known = (own[0][:, None], np.ones((len(rows), 1)))
        nodes = None if count == 0 else known if count == 1 else rates.nodes(kind, own[0], own[1], own[2], count)
        if is_seldom:
            real, imaginary = annual.by_number(kind, own, nodes, re, im)
        else:
            real, imaginary = annual.with_a_loss(int(kind[0]), own, p_none, nodes, re, im)
        spectrum = np.empty(real.shape, np.complex64)
        spectrum.real, spectrum.imag = real, imaginary
        masses = fft.irfft(spectrum, lattice.POINTS, axis=1)
        if self.is_short:
            masses *= lattice.UNTILT
        low = np.floor(self.sigma[rows] / lattice.SIGMA_STEP) * lattice.SIGMA_STEP
        blend = (1 - weight) * np.exp(low**2 / 2) + weight * np.exp((low + lattice.SIGMA_STEP) ** 2 / 2)
        mean = (
            self.curves.mean[rows] * blend / np.exp(self.sigma[rows] ** 2 / 2)
        )  # of the blended rows, so that the tail is their own
        return _read(*reading.rising(masses), p_none, mean, scale)

    def _keep(self, rows: Floats, scale: Floats, read: Floats) -> None:
        if self.is_short:
            old = self.curves.read[rows]
            coarse = old < LEAST_CELL * scale[:, None] * 2.0 ** (ZOOM_STEPS / lattice.STEPS_PER_OCTAVE)
            coarse[:, 3] = coarse[:, 1]  # the mean of the worst years is read where they begin
            read = np.where(coarse, read, old)
        self.curves.read[rows] = read


def _steps(rate: Floats, spread: Floats, sigma: Floats) -> Floats:
    """The lattice step of each risk: its grid, measured in medians of one event, must be long enough."""
    reach = np.maximum(np.exp(sigma * special.ndtri(grid.tail_level(rate))), grid.LEAST_MEDIANS)
    z = np.log(reach) / sigma
    first, second = np.exp(sigma**2 / 2) * special.ndtr(z - sigma), np.exp(2 * sigma**2) * special.ndtr(z - 2 * sigma)
    sd = np.sqrt(np.maximum(rate * second + spread * first**2, 0.0))
    return lattice.step_index(grid.length(rate * first, sd, reach) / lattice.POINTS)


def _read(distribution: Floats, first: Floats, p_none: Floats, mean: Floats, scale: Floats) -> Floats:
    loss = 1 - p_none[:, None]
    levels = (LEVELS[None, :] - p_none[:, None]) / loss
    wanted = np.concatenate([levels, np.broadcast_to(sketch.LEVELS, (len(p_none), len(sketch.LEVELS)))], axis=1)
    found = reading.places(distribution, wanted)
    below = reading.mean_below(distribution, first, found[:, 1]) * loss[:, 0] * scale
    es99 = np.maximum((mean - below) / (1 - LEVELS[1]), found[:, 1] * scale)
    return np.concatenate([found[:, :3] * scale[:, None], es99[:, None], found[:, 3:] * scale[:, None]], axis=1)


def _alone(model: LossModel) -> AnnualLoss:
    if model.rate.mean <= 0 or model.event_mean <= 0:
        return NOTHING
    p_none = float(rates.p_none(*model.rate.columns)[0])
    mean = model.annual_mean
    curves = Curves(np.array([mean]), np.array([model.annual_sd]), np.array([p_none]), fine.read(model, mean, p_none)[None])
    return curves.one(0)
