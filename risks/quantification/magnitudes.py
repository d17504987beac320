"""How much one event costs: lognormal from a 90 % interval, PERT or a known sum, less what an insurer pays."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from risks.quantification.refusals import need

LOGNORMAL, PERT, POINT = range(3)
NINETY = 3.289707253902945  # normal quantiles from 5 % to 95 %
WIDEST_SIGMA = 7.0  # ten decades between the ends of the interval
HIGHEST_LOSS = 1e15
Floats = np.ndarray


@dataclass(frozen=True, slots=True)
class Magnitude:
    """Loss of an event [currency]. LOGNORMAL: μ `a`, σ `b`; PERT: lowest, likeliest, highest; POINT: `a`.

    Of each event we bear `deductible` ourselves, an insurer pays at most `limit` of what is above, the rest is ours again.
    """

    kind: int
    a: float
    b: float = 0.0
    c: float = 0.0
    deductible: float = np.inf
    limit: float = 0.0

    @property
    def is_insured(self) -> bool:
        return self.limit > 0 and self.deductible < np.inf

    @property
    def mean(self) -> float:
        """E[X] [currency]."""
        return self._moment(1)

    @property
    def second(self) -> float:
        """E[X²] [currency²]."""
        return self._moment(2)

    @property
    def variance(self) -> float:
        """Var[X], 0 for a known sum however large."""
        if self.is_insured:
            return max(self.second - self.mean**2, 0.0)
        if self.kind == LOGNORMAL:
            return float(np.exp(2 * self.a + self.b**2) * np.expm1(self.b**2))
        if self.kind == PERT:
            alpha = self._alpha
            return (self.c - self.a) ** 2 * alpha * (6 - alpha) / 252
        return 0.0

    def quantile(self, level: float) -> float:
        """The loss that an event stays under with probability `level`."""
        if self.kind == LOGNORMAL:
            gross = float(np.exp(self.a + self.b * special.ndtri(level)))
        elif self.kind == PERT:
            gross = self.a + (self.c - self.a) * float(special.betaincinv(self._alpha, 6 - self._alpha, level))
        else:
            gross = self.a
        return self.borne(gross)

    def borne(self, gross: float) -> float:
        """What we bear ourselves of a loss of `gross`."""
        return min(gross, self.deductible) + max(0.0, gross - self.deductible - self.limit) if self.is_insured else gross

    def times(self, factor: float) -> "Magnitude":
        """The same events, each `factor` times as dear before an insurer pays; insurance keeps its sums."""
        if factor == 0:
            return point(0)
        if self.kind == LOGNORMAL:
            return replace(self, a=self.a + float(np.log(factor)))
        return replace(self, a=self.a * factor, b=self.b * factor, c=self.c * factor)

    def limited(self, ceiling: Floats) -> Floats:
        """E[min(X, d)] for each `ceiling` d: what the discretisation keeps exactly."""
        if not self.is_insured:
            return self._limited_gross(ceiling)
        low = self._limited_gross(np.minimum(ceiling, self.deductible))
        if not np.isfinite(self.limit):
            return low
        top = self.deductible + self.limit
        beyond = self._limited_gross(np.maximum(ceiling, self.deductible) + self.limit) - self._limited_gross(np.array([top]))
        return low + np.where(ceiling > self.deductible, beyond, 0.0)

    def partial(self, power: int, below: Floats) -> Floats:
        """E[X^power; X < below] of the gross loss, power 0–2."""
        if self.kind == LOGNORMAL:
            with np.errstate(divide="ignore"):
                z = (np.log(below) - self.a) / self.b
            return np.exp(power * self.a + power**2 * self.b**2 / 2) * special.ndtr(z - power * self.b)
        if self.kind == POINT:
            return np.where(below > self.a, self.a**power, 0.0)
        unit, alpha = np.clip((below - self.a) / (self.c - self.a), 0.0, 1.0), self._alpha
        parts = [special.betainc(alpha, 6 - alpha, unit)]
        parts.append(alpha / 6 * special.betainc(alpha + 1, 6 - alpha, unit))
        parts.append(alpha * (alpha + 1) / 42 * special.betainc(alpha + 2, 6 - alpha, unit))
        width = self.c - self.a
        return (parts[0], self.a * parts[0] + width * parts[1], self._square(parts))[power]

    def _square(self, parts: list[Floats]) -> Floats:
        width = self.c - self.a
        return self.a**2 * parts[0] + 2 * self.a * width * parts[1] + width**2 * parts[2]

    def _limited_gross(self, ceiling: Floats) -> Floats:
        if self.kind == LOGNORMAL:
            with np.errstate(divide="ignore"):
                z = (np.log(ceiling) - self.a) / self.b
            return np.exp(self.a + self.b**2 / 2) * special.ndtr(z - self.b) + ceiling * special.ndtr(-z)
        if self.kind == POINT:
            return np.minimum(self.a, ceiling)
        return self.partial(1, ceiling) + ceiling * (1 - self.partial(0, ceiling))

    def _moment(self, power: int) -> float:
        if not self.is_insured:
            return float(self._gross_moment(power))
        low, top = np.array([self.deductible]), np.array([self.deductible + self.limit])
        under = self.partial(power, low)
        between = self.deductible**power * (self.partial(0, top) - self.partial(0, low)) if np.isfinite(self.limit) else None
        if between is None:
            return float((under + self.deductible**power * (1 - self.partial(0, low)))[0])
        rest = [self._gross_moment(k) - self.partial(k, top) for k in range(power + 1)]
        over = rest[1] - self.limit * rest[0] if power == 1 else rest[2] - 2 * self.limit * rest[1] + self.limit**2 * rest[0]
        return float((under + between + np.maximum(over, 0.0))[0])

    def _gross_moment(self, power: int) -> float:
        if self.kind == LOGNORMAL:
            return float(np.exp(power * self.a + power**2 * self.b**2 / 2))
        if self.kind == POINT:
            return self.a**power
        alpha, width = self._alpha, self.c - self.a
        if power == 0:
            return 1.0
        if power == 1:
            return (self.a + 4 * self.b + self.c) / 6
        return self.a**2 + self.a * width * alpha / 3 + width**2 * alpha * (alpha + 1) / 42

    @property
    def _alpha(self) -> float:
        return 1 + 4 * (self.b - self.a) / (self.c - self.a)


def lognormal(mu: float, sigma: float) -> Magnitude:
    """A lognormal loss: ln X is normal with mean `mu` and spread `sigma`; a spread of 0 is a known sum."""
    need(np.isfinite(mu) and np.isfinite(sigma) and sigma >= 0, "A magnitude needs finite numbers.")
    need(sigma <= WIDEST_SIGMA, "This interval spans more than ten decades, which says nothing; narrow it.")
    return Magnitude(LOGNORMAL, float(mu), float(sigma)) if sigma > 1e-6 else point(float(np.exp(mu)))


def lognormal_from_interval(low: float, high: float) -> Magnitude:
    """The lognormal loss of which 5 % lie under `low` and 5 % over `high` [currency]: a 90 % interval."""
    need(low > 0, "The low end of a loss must be above 0.")
    need(low <= high, "The low end of a loss lies below the high end.")
    need(high <= HIGHEST_LOSS, "This loss is larger than any money; check its zeros.")
    return lognormal((np.log(low) + np.log(high)) / 2, (np.log(high) - np.log(low)) / NINETY)


def pert(low: float, mode: float, high: float) -> Magnitude:
    """A loss between `low` and `high`, likeliest `mode` [currency]: PERT, mean (low + 4·mode + high)/6."""
    need(0 <= low <= mode <= high, "The likeliest loss lies between the lowest and the highest, and none is below 0.")
    need(high <= HIGHEST_LOSS, "This loss is larger than any money; check its zeros.")
    return Magnitude(PERT, float(low), float(mode), float(high)) if high - low > 1e-9 * high else point(mode)


def point(loss: float) -> Magnitude:
    """A known loss [currency]."""
    need(np.isfinite(loss) and 0 <= loss <= HIGHEST_LOSS, "A loss is 0 or more.")
    return Magnitude(POINT, float(loss))


def insured(gross: Magnitude, deductible: float, limit: float = np.inf) -> Magnitude:
    """`gross` less insurance: of each event we bear `deductible`, the insurer at most `limit` above it, we again the rest."""
    need(deductible >= 0, "A deductible is 0 or more.")
    need(limit >= 0, "A limit is 0 or more.")
    return Magnitude(gross.kind, gross.a, gross.b, gross.c, float(deductible), float(limit))
