"""Why the money moved: the parts of a change add up to it exactly, which works only because nothing here is noisy."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

MOST_GROUPS = 4


def of_mean(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """The change of a product of factors, such as frequency × share × magnitude, by factor: (A₁−A₀)/ln(A₁/A₀)·ln(x₁/x₀) each.

    Both name the same factors. Where a product was or is 0, the factors are exchanged one after the other instead.
    """
    first, second = math.prod(before.values()), math.prod(after.values())
    if first > 0 and second > 0:
        scale = first if first == second else (second - first) / math.log(second / first)
        found = {name: scale * math.log(after[name] / before[name]) for name in before}
    else:
        found, values = {}, dict(before)
        for name in before:
            product = math.prod(values.values())
            values[name] = after[name]
            found[name] = math.prod(values.values()) - product
    return exactly(found, second - first)


def of_any(groups: Sequence[str], value: Callable[[list[frozenset[str]]], Sequence[float]]) -> dict[str, float]:
    """The change of any figure by group of inputs: Shapley's mean over all orders of exchange.

    `value` gets every set of groups that have changed already, 2^m of them in one batch, and answers with the figure of each.
    """
    if len(groups) > MOST_GROUPS:
        raise ValueError("At most four groups of inputs are told apart.")
    sets = [frozenset(chosen) for size in range(len(groups) + 1) for chosen in itertools.combinations(groups, size)]
    figures = dict(zip(sets, value(sets), strict=True))
    found = {}
    for group in groups:
        share = 0.0
        for chosen in sets:
            if group not in chosen:
                weight = math.factorial(len(chosen)) * math.factorial(len(groups) - len(chosen) - 1) / math.factorial(len(groups))
                share += weight * (figures[chosen | {group}] - figures[chosen])
        found[group] = share
    return exactly(found, figures[frozenset(groups)] - figures[frozenset()])


def exactly(found: dict[str, float], change: float) -> dict[str, float]:
    """The parts of `change`: what rounding left over goes to the largest."""
    if found:
        largest = max(found, key=lambda name: abs(found[name]))
        found[largest] += change - math.fsum(found.values())
    return found
