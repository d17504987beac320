"""A curve in 256 bytes: 64 quantiles of a year with a loss, read back by ln(loss) against the normal quantile."""

import numpy as np
from scipy import special

BODY, TAIL, HIGHEST = 32, 32, 3.5  # levels in the body, in the tail, and the last one: 1 − 10^−3.5
LEVELS = np.concatenate([(np.arange(BODY) + 0.5) / BODY * 0.9, 1 - 10.0 ** -np.linspace(1, HIGHEST, TAIL)])
NORMAL = special.ndtri(LEVELS)
LEAST = np.float32(1e-30)
Floats = np.ndarray


def pack(quantiles: Floats) -> bytes:
    """64 rising quantiles as 256 bytes, the same on every machine."""
    return np.maximum.accumulate(np.asarray(quantiles)).astype("<f4").tobytes()


def unpack(sketch: bytes) -> Floats:
    return np.frombuffer(sketch, "<f4").astype(float)


def quantiles(sketch: bytes, p_none: float, levels: Floats) -> Floats:
    """The annual loss that a year stays under with each of `levels`; 0 where a year without a loss covers it."""
    levels = np.asarray(levels, dtype=float)
    if p_none >= 1:
        return np.zeros_like(levels)
    conditional = (levels - p_none) / (1 - p_none)
    found = np.exp(_extended(special.ndtri(np.clip(conditional, 1e-9, 1 - 1e-12)), NORMAL, _logs(sketch)))
    return np.where(conditional <= 0, 0.0, found)


def exceedance(sketch: bytes, p_none: float, losses: Floats) -> Floats:
    """P(annual loss > x) for each of `losses`; never rises with x."""
    losses = np.asarray(losses, dtype=float)
    if p_none >= 1:
        return np.zeros_like(losses)
    logs, places = _logs(sketch), NORMAL
    rising = np.concatenate([[True], np.diff(logs) > 0])
    at = _extended(np.log(np.maximum(losses, LEAST)), logs[rising], places[rising]) if rising.sum() > 1 else None
    above = special.ndtr(-at) if at is not None else (losses < np.exp(logs[0])).astype(float)
    return np.where(losses < 0, 1.0, (1 - p_none) * np.where(losses == 0, 1.0, above))


def _logs(sketch: bytes) -> Floats:
    return np.log(np.maximum(unpack(sketch), LEAST))


def _extended(x: Floats, known_x: Floats, known_y: Floats) -> Floats:
    """Linear between the known points, and on beyond them with the slope of the last two."""
    found = np.interp(x, known_x, known_y)
    low = (known_y[1] - known_y[0]) / (known_x[1] - known_x[0])
    high = (known_y[-1] - known_y[-2]) / (known_x[-1] - known_x[-2])
    found = np.where(x < known_x[0], known_y[0] + (x - known_x[0]) * low, found)
    return np.where(x > known_x[-1], known_y[-1] + (x - known_x[-1]) * high, found)
