"""Severity rows that many risks share: only σ and the step against the median matter, so a row is transformed once.

Steps lie on a lattice of 2^⅛, σ on one of 0.01; what lies between two σ is blended. A row holds the transform of the discretised
loss of one event, real and imaginary part, in single precision. A short row sees only the losses of the first half of its grid, so
that two events cannot fold back, and is tilted against three: what it says of that half holds for the whole distribution.
"""

import numpy as np
from scipy import fft

from risks.quantification.grid import cells
from risks.quantification.magnitudes import lognormal

POINTS = 2048  # cells of a row
SIGMA_STEP = 0.01
STEPS_PER_OCTAVE = 8
MOST_ROWS = 6_000  # 49 MB; a process that has seen more begins anew
TILT = np.exp(-4.0 / POINTS * np.arange(POINTS))
UNTILT = (1 / TILT).astype(np.float32)
Floats = np.ndarray

_places: dict[tuple[int, int, bool], int] = {}
_real = np.empty((0, POINTS // 2 + 1), np.float32)
_imaginary = np.empty((0, POINTS // 2 + 1), np.float32)


def step_index(step: Floats) -> Floats:
    """The lattice step at or above each `step` (grid step divided by the median loss)."""
    return np.ceil(np.log2(step) * STEPS_PER_OCTAVE - 1e-9).astype(np.int64)


def step(index: Floats) -> Floats:
    return np.exp2(index / STEPS_PER_OCTAVE)


def prepare(sigma_index: Floats, steps: Floats, is_short: bool = False) -> Floats:
    """Where the row of each (σ, step) stands, and next to it that of the next σ; makes those that are missing. Rows × 2."""
    codes, inverse = np.unique((sigma_index << 20) + (steps + (1 << 19)), return_inverse=True)
    pairs = [(int(code >> 20), int(code & 0xFFFFF) - (1 << 19)) for code in codes]
    wanted = {key for s, k in pairs for key in ((s, k, is_short), (s + 1, k, is_short))}
    if len(_places.keys() | wanted) > MOST_ROWS:
        forget()
    _make(sorted(wanted - _places.keys()))
    places = np.array([(_places[s, k, is_short], _places[s + 1, k, is_short]) for s, k in pairs], dtype=np.int64).reshape(-1, 2)
    return places[inverse]


def blended(places: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Real and imaginary part of the transform of each row pair, `weight` of the second one."""
    second = weight[:, None].astype(np.float32)
    first = np.float32(1) - second
    return (
        first * _real[places[:, 0]] + second * _real[places[:, 1]],
        first * _imaginary[places[:, 0]] + second * _imaginary[places[:, 1]],
    )


def forget() -> None:
    """Drop all rows: the next computation starts cold."""
    global _real, _imaginary
    _places.clear()
    _real, _imaginary = np.empty((0, POINTS // 2 + 1), np.float32), np.empty((0, POINTS // 2 + 1), np.float32)


def _make(missing: list[tuple[int, int, bool]]) -> None:
    global _real, _imaginary
    if not missing:
        return
    start = len(_places)
    grown = max(start + len(missing), min(2 * len(_real), MOST_ROWS))
    if grown > len(_real):
        more = np.empty((grown - start, POINTS // 2 + 1), np.float32)
        _real, _imaginary = np.concatenate([_real[:start], more]), np.concatenate([_imaginary[:start], more])
    for place, (sigma, k, is_short) in enumerate(missing, start):
        row = cells(lognormal(0.0, max(sigma, 1) * SIGMA_STEP), float(np.exp2(k / STEPS_PER_OCTAVE)), POINTS)
        if is_short:
            row[POINTS // 2 :] = 0.0
            row *= TILT
        transform = fft.rfft(row)
        _real[place], _imaginary[place] = transform.real, transform.imag
        _places[sigma, k, is_short] = place
