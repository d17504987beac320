"""From the transform of one event to that of a year with a loss, for rates known and uncertain; rows of a batch at a time."""

import numpy as np
from scipy import special

from risks.quantification import rates

NODE_COUNTS = ((0.05, 3), (0.6, 6), (6.0, 16), (60.0, 40))  # up to this spread of the rate against the spread of a year: nodes
MOST_NODES = 96
MOST_EVENTS = 7  # in a year of what is seldom
Floats = np.ndarray


def node_counts(kind: Floats, spread: Floats) -> Floats:
    """How many rates stand for each one: 1 if it is known, 0 for the closed forms, else by how much its doubt shapes the year."""
    found = np.full(len(kind), MOST_NODES)
    for most, count in reversed(NODE_COUNTS):
        found[spread <= most] = count
    found[(kind == rates.FIXED)] = 1
    found[(kind == rates.GAMMA) | (kind == rates.ONCE)] = 0
    return found


def with_a_loss(
    kind: int, columns: tuple[Floats, ...], p_none: Floats, nodes: tuple[Floats, Floats] | None, re: Floats, im: Floats
) -> tuple[Floats, Floats]:
    """(G(φ) − P(no event)) / P(an event) as real and imaginary part, in the precision of `re` and `im`."""
    if kind == rates.ONCE:
        return re, im
    if nodes is None:
        return _gamma(columns, p_none, re, im)
    at, weights = nodes
    dtype = re.dtype
    real, imaginary = np.zeros_like(re), np.zeros_like(im)
    for k in range(at.shape[1]):
        rate = at[:, k : k + 1].astype(dtype)
        size = np.exp(rate * (re - dtype.type(1))) * weights[:, k : k + 1].astype(dtype)
        angle = rate * im
        real += size * np.cos(angle)
        imaginary += size * np.sin(angle)
    return _scaled(real, imaginary, (np.exp(-at) * weights).sum(axis=1))


def by_number(
    kind: Floats, columns: tuple[Floats, ...], nodes: tuple[Floats, Floats] | None, re: Floats, im: Floats
) -> tuple[Floats, Floats]:
    """The same for seldom events, as Σ P(N = m)·φ^m over the few numbers of events that a year can bring: nothing cancels."""
    chances = _numbers(kind, columns, nodes)
    chances /= chances.sum(axis=1, keepdims=True)
    phi = np.empty(re.shape, np.complex64)
    phi.real, phi.imag = re, im
    found = np.multiply(phi, chances[:, -1:].astype(np.float32))
    for m in range(MOST_EVENTS - 2, -1, -1):
        found += chances[:, m : m + 1].astype(np.float32)
        found *= phi
    return found.real, found.imag


def _numbers(kind: Floats, columns: tuple[Floats, ...], nodes: tuple[Floats, Floats] | None) -> Floats:
    """P(N = m) for m = 1 … MOST_EVENTS, a row each."""
    m = np.arange(1, MOST_EVENTS + 1)
    if kind[0] == rates.ONCE:
        return np.where(m == 1, columns[0][:, None], 0.0)
    if nodes is None:
        shape, scale = columns[0][:, None], columns[1][:, None]
        logs = special.gammaln(m + shape) - special.gammaln(shape) - special.gammaln(m + 1)
        return np.exp(logs + m * np.log(scale / (1 + scale)) - shape * np.log1p(scale))
    at, weights = nodes
    powers = at[:, :, None] ** m / special.factorial(m) * np.exp(-at)[:, :, None]
    return (weights[:, :, None] * powers).sum(axis=1)


def _gamma(columns: tuple[Floats, ...], p_none: Floats, re: Floats, im: Floats) -> tuple[Floats, Floats]:
    shape, scale = columns[0][:, None], columns[1][:, None]
    x, y = 1 + scale * (1 - re.astype(float)), -scale * im.astype(float)
    size, angle = np.exp(-shape / 2 * np.log(x * x + y * y)), -shape * np.arctan2(y, x)
    return _scaled(size * np.cos(angle), size * np.sin(angle), p_none)


def _scaled(real: Floats, imaginary: Floats, p_none: Floats) -> tuple[Floats, Floats]:
    dtype = real.dtype
    real -= p_none[:, None].astype(dtype)
    factor = (1 / (1 - p_none))[:, None].astype(dtype)
    real *= factor
    imaginary *= factor
    return real, imaginary
