"""How often a loss happens: the number of events of a year is Poisson with a rate that is known or uncertain."""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from risks.quantification.refusals import Unquantifiable, need

FIXED, PERT, GAMMA, ONCE = range(4)
HIGHEST_RATE = 10_000.0  # events a year; beyond that a scenario is a running cost
LOWEST_SPREAD = 1e-9  # of an interval, relative; narrower is a point
Floats = np.ndarray


@dataclass(frozen=True, slots=True)
class Rate:
    """Loss events a year. FIXED: `a`; PERT: lowest `a`, likeliest `b`, highest `c`; GAMMA: shape `a`, scale `b`; ONCE: a chance."""

    kind: int
    a: float
    b: float = 0.0
    c: float = 0.0

    @property
    def mean(self) -> float:
        """E[Λ] [events/year]."""
        return float(mean(*self.columns)[0])

    @property
    def variance(self) -> float:
        """Var[Λ] [1/year²]; of a fixed rate 0."""
        return float(variance(*self.columns)[0])

    @property
    def columns(self) -> tuple[Floats, Floats, Floats, Floats]:
        return tuple(np.array([value]) for value in (self.kind, self.a, self.b, self.c))  # type: ignore[return-value]

    def thinned(self, share: float) -> "Rate":
        """The events of which only `share` (0–1) become losses. Poisson thinning is exact for every kind."""
        need(0 <= share <= 1, "The share of attempts that succeed lies between 0 and 1.")
        return self.times(share)

    def times(self, factor: float) -> "Rate":
        """The same events, `factor` times as often; of one that happens at most once, its chance."""
        if factor == 0:
            return Rate(FIXED, 0.0)
        if self.kind == PERT:
            return Rate(PERT, self.a * factor, self.b * factor, self.c * factor)
        if self.kind == GAMMA:
            return Rate(GAMMA, self.a, self.b * factor)
        return Rate(self.kind, min(self.a * factor, 1.0) if self.kind == ONCE else self.a * factor)


def fixed_rate(per_year: float) -> Rate:
    """A known rate [events/year]; 0 is never."""
    _in_reach(per_year, per_year)
    return Rate(FIXED, float(per_year))


def at_most_one(chance: float) -> Rate:
    """At most one event a year, with `chance` 0–1; for events that can only happen once."""
    need(0 <= chance <= 1, "The chance of a year lies between 0 and 1.")
    return Rate(ONCE, float(chance))


def pert_rate(low: float, mode: float, high: float) -> Rate:
    """A rate between `low` and `high`, likeliest `mode` [events/year]: PERT, mean (low + 4·mode + high)/6."""
    _in_reach(low, high)
    need(low <= mode <= high, "The likeliest number of events lies between the lowest and the highest.")
    return Rate(PERT, float(low), float(mode), float(high)) if high - low > LOWEST_SPREAD * high else fixed_rate(mode)


def gamma_rate(shape: float, scale: float) -> Rate:
    """A gamma distributed rate, mean shape·scale [events/year]."""
    need(shape > 0 and scale > 0, "Shape and scale of a rate are above 0.")
    _in_reach(shape * scale, shape * scale)
    return Rate(GAMMA, float(shape), float(scale))


def gamma_from_interval(low: float, high: float) -> Rate:
    """The gamma rate of which 5 % lie under `low` and 5 % over `high` [events/year]: a 90 % interval."""
    _in_reach(low, high)
    need(low > 0, "The low end of the interval of events a year must be above 0.")
    need(low <= high, "The low end of the interval lies below the high end.")
    if high / low < 1.0005:
        return fixed_rate((low + high) / 2)
    wanted = np.log(high / low)

    def too_wide(log_shape: float) -> float:
        shape = np.exp(log_shape)
        return float(np.log(special.gammaincinv(shape, 0.95)) - np.log(special.gammaincinv(shape, 0.05)) - wanted)

    need(too_wide(-4.0) > 0, "This interval of events a year is too wide to mean anything; narrow it.")
    shape = float(np.exp(optimize.brentq(too_wide, -4.0, 18.0, xtol=1e-13)))
    return gamma_rate(shape, high / float(special.gammaincinv(shape, 0.95)))


def vulnerability(capability: tuple[float, float, float], resistance: tuple[float, float, float]) -> float:
    """P(threat capability > resistance), each lowest, likeliest and highest on one scale as PERT; by quadrature over capability."""
    for low, mode, high in (capability, resistance):
        need(low <= mode <= high, "The likeliest strength lies between the lowest and the highest.")
    (low, mode, high), against = capability, resistance
    if high - low < 1e-12:
        return float(_pert_below(np.array([mode]), against)[0])
    alpha, beta = 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)
    edges = sorted({min(max(edge, low), high) for edge in (low, mode, high, *against)})
    x, w = np.polynomial.legendre.leggauss(48)
    total = 0.0
    for left, right in itertools.pairwise(edges):
        at = (left + right) / 2 + (right - left) / 2 * x
        unit = (at - low) / (high - low)
        density = unit ** (alpha - 1) * (1 - unit) ** (beta - 1) / special.beta(alpha, beta) / (high - low)
        total += float((w * density * _pert_below(at, against)).sum() * (right - left) / 2)
    return min(max(total, 0.0), 1.0)


def mean(kind: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    return np.where(kind == PERT, (a + 4 * b + c) / 6, np.where(kind == GAMMA, a * b, a))


def variance(kind: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    """Var[Λ]; of at most one event the variance of a Poisson rate that gives it the same spread: −p²."""
    alpha, beta = pert_shape(kind, a, b, c)
    spread = np.where(kind == PERT, (c - a) ** 2 * alpha * beta / 252, np.where(kind == GAMMA, a * b * b, 0.0))
    return np.where(kind == ONCE, -a * a, spread)


def pert_shape(kind: Floats, a: Floats, b: Floats, c: Floats) -> tuple[Floats, Floats]:
    """α and β of the PERT ones, 3 and 3 elsewhere."""
    is_pert = kind == PERT
    width = np.where(is_pert, c - a, 1.0)
    alpha = np.where(is_pert, 1 + 4 * (b - a) / width, 3.0)
    return alpha, 6 - alpha


def p_none(kind: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    """P(no event in a year) = E[exp(−Λ)], in closed form."""
    alpha, beta = pert_shape(kind, a, b, c)
    width = np.where(kind == PERT, c - a, 0.0)
    # E[exp(−w·B)] = 1F1(α; 6; −w) = e^(−w)·1F1(β; 6; w): the positive series does not cancel
    uncertain = np.exp(-np.where(kind == PERT, c, 0.0)) * special.hyp1f1(beta, 6.0, np.minimum(width, 600.0))
    w, term, series = np.maximum(width, 100.0), np.ones_like(width), np.ones_like(width)
    for s in range(6):  # far out the series in 1/w
        term = term * (alpha + s) * (1 - beta + s) / ((s + 1) * w)
        series = series + term
    far = np.exp(-np.where(kind == PERT, a, 0.0)) * special.gamma(6.0) / special.gamma(beta) * w**-alpha * series
    uncertain = np.where(width > 600.0, far, uncertain)
    gamma = np.exp(-np.where(kind == GAMMA, a, 1.0) * np.log1p(np.where(kind == GAMMA, b, 0.0)))
    return np.where(kind == PERT, uncertain, np.where(kind == GAMMA, gamma, np.where(kind == ONCE, 1 - a, np.exp(-a))))


def nodes(kind: Floats, a: Floats, b: Floats, c: Floats, count: int) -> tuple[Floats, Floats]:
    """Rates and weights, rows × count, that stand for each fixed or PERT rate: Gauss-Jacobi by Golub and Welsch, batched."""
    alpha, beta = pert_shape(kind, a, b, c)
    p, q = (beta - 1)[:, None], (alpha - 1)[:, None]  # weight (1−x)^p (1+x)^q on −1…1
    k = np.arange(count)[None, :]
    s = 2 * k + p + q
    with np.errstate(invalid="ignore", divide="ignore"):
        diagonal = np.where(k == 0, (q - p) / (p + q + 2), (q * q - p * p) / (s * (s + 2)))
        j, t = k[:, 1:], s[:, 1:]
        off = 4 * j * (j + p) * (j + q) * (j + p + q) / (t * t * (t + 1) * (t - 1))
    matrix = np.zeros((len(a), count, count))
    steps = np.arange(count)
    matrix[:, steps, steps] = diagonal
    matrix[:, steps[1:], steps[:-1]] = np.sqrt(off)
    points, vectors = np.linalg.eigh(matrix)
    is_pert = (kind == PERT)[:, None]
    rates = np.where(is_pert, a[:, None] + (c - a)[:, None] * (points + 1) / 2, a[:, None])
    return rates, vectors[:, 0, :] ** 2


def _pert_below(at: Floats, triple: tuple[float, float, float]) -> Floats:
    low, mode, high = triple
    if high - low < 1e-12:
        return (at > mode).astype(float)
    alpha = 1 + 4 * (mode - low) / (high - low)
    return special.betainc(alpha, 6 - alpha, np.clip((at - low) / (high - low), 0.0, 1.0))


def _in_reach(low: float, high: float) -> None:
    need(np.isfinite(low) and np.isfinite(high) and low >= 0, "The number of events a year is 0 or more.")
    need(high <= HIGHEST_RATE, "More than 10,000 events a year is a running cost and no risk; put it into a budget.")


__all__ = ["Rate", "Unquantifiable"]
