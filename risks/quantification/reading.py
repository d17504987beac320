"""Quantiles and means read off the distribution of a year with a loss.

The distribution is held as integers of 2⁻⁴⁰, so that what is read does not depend on a row's place in its batch.
"""

import numpy as np

UNIT = 1 << 40
ROW_BITS = 42  # a row's number stands above its levels, so that one search serves the whole batch
Floats = np.ndarray


def rising(masses: Floats) -> tuple[Floats, Floats]:
    """The integer distribution at the grid points, half of a point's mass lying above it, and the mass at point 0."""
    known = np.multiply(masses, UNIT / 2, dtype=np.float64)
    first = 2 * np.maximum(known[:, 0], 0.0)
    np.cumsum(known, axis=1, out=known)
    found = np.zeros(known.shape, np.int64)
    np.add(known[:, 1:], known[:, :-1], out=found[:, 1:], casting="unsafe")
    return np.maximum.accumulate(found, axis=1, out=found), np.rint(first)


def places(distribution: Floats, levels: Floats) -> Floats:
    """Where each level (rows × levels; 0 and less for none) lies, in grid steps; linear between points, the last where beyond."""
    rows, points = distribution.shape
    wanted = np.rint(np.clip(levels, 0.0, 1.0) * UNIT).astype(np.int64)
    offset = np.arange(rows, dtype=np.int64)[:, None]
    keys = (distribution + (offset << ROW_BITS)).ravel()
    found = np.searchsorted(keys, (wanted + (offset << ROW_BITS)).ravel(), side="left").reshape(wanted.shape) - offset * points
    upper = np.clip(found, 1, points - 1)
    flat = distribution.ravel()
    left, right = flat[offset * points + upper - 1], flat[offset * points + upper]
    share = (wanted - left) / np.maximum(right - left, 1)
    return np.where(wanted <= 0, 0.0, np.where(found >= points, points - 1.0, upper - 1 + np.clip(share, 0.0, 1.0)))


def mean_below(distribution: Floats, first: Floats, place: Floats) -> Floats:
    """E[S; S ≤ place] of each row, in grid steps, one `place` a row; `first` is the mass at point 0.

    At point k it is k·F(k) − C(0) − … − C(k−1) with the masses C summed to each point, which keeps the mean of every cell.
    """
    rows = np.arange(len(distribution))
    whole = np.clip(place.astype(np.int64), 1, distribution.shape[1] - 2)
    ends = np.stack([rows, np.zeros_like(rows)], axis=1) * distribution.shape[1]
    ends[:, 1] = ends[:, 0] + whole
    summed = np.add.reduceat(distribution.ravel(), ends.ravel())[::2]  # up to the point before; exact: integers
    before, here, after = (distribution[rows, whole + step] for step in (-1, 0, 1))
    rest = np.clip(place - whole, 0.0, 1.0)
    at_point = whole * here - (summed + (before + here) / 4 + first / 2)
    return np.maximum(at_point + rest * (after - here) * (whole + rest / 2), 0.0) / UNIT
