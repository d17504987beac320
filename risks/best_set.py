"""The best set under a cap: what is mandatory first, then the most that the rest of the money buys. (calculation)"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

EXACT = 25  # items that are tried in every combination; beyond, the answer comes with how much better another one could be
CENTS = 100


@dataclass(frozen=True, slots=True)
class Item:
    """Something to buy once at `cost` [currency], for `gain` [currency a year]."""

    key: int
    cost: Decimal
    gain: float
    is_mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Best:
    """What to take, by key. `gain` [currency a year] is its sum; no set under the cap gains more than `most`."""

    chosen: frozenset[int]
    spent: Decimal
    gain: Decimal
    most: Decimal

    @property
    def is_exact(self) -> bool:
        """No other set gains more."""
        return self.gain == self.most


@dataclass(frozen=True, slots=True)
class _Part:
    """One that may be taken or left, in whole cents."""

    key: int
    cost: int
    gain: int


def choose(items: Sequence[Item], cap: Decimal | None) -> Best:
    """The set that gains most for at most `cap`; without a cap all of them. What is mandatory is taken whatever it costs, so that
    it alone may pass the cap; of sets that gain the same the cheapest is taken. Exact to 25 items beside the mandatory ones and
    those that cost nothing, else the best that was found, with a bound. Sums are of whole cents."""
    parts = {one.key: _Part(one.key, _cents(one.cost), _cents(one.gain)) for one in items}
    taken = [parts[one.key] for one in items if one.is_mandatory or cap is None]
    if cap is not None:
        left = max(0, _cents(cap) - sum(one.cost for one in taken))
        others = [parts[one.key] for one in items if not one.is_mandatory and parts[one.key].gain > 0]
        taken += [one for one in others if one.cost == 0]
        wanted = [one for one in others if 0 < one.cost <= left]
        chosen, most = _best(wanted, left)
        most += sum(one.gain for one in taken)
        taken += chosen
    gain = sum(one.gain for one in taken)
    spent = sum(one.cost for one in taken)
    return Best(frozenset(one.key for one in taken), _money(spent), _money(gain), _money(gain if cap is None else most))


def _best(parts: Sequence[_Part], left: int) -> tuple[list[_Part], int]:
    """Of `parts`, each dearer than nothing, the set that gains most for `left`, and what none passes."""
    if len(parts) <= EXACT:
        found = _exactly(parts, left)
        return found, sum(one.gain for one in found)
    ordered = sorted(parts, key=lambda one: (-Fraction(one.gain, one.cost), one.key))
    place, spent = 0, 0
    while place < len(ordered) and spent + ordered[place].cost <= left:
        spent += ordered[place].cost
        place += 1
    if place == len(ordered):
        return ordered, sum(one.gain for one in ordered)
    most = sum(one.gain for one in ordered[:place]) + ordered[place].gain * (left - spent) // ordered[place].cost
    begin = max(0, min(place - EXACT // 2, len(ordered) - EXACT))  # only about this place the order of value may be wrong
    sure = ordered[:begin]
    core = ordered[begin : begin + EXACT]
    found = sure + _exactly(core, left - sum(one.cost for one in sure))
    room = left - sum(one.cost for one in found)
    for one in ordered[begin + EXACT :]:
        if one.cost <= room:
            found.append(one)
            room -= one.cost
    return found, most


def _exactly(parts: Sequence[_Part], left: int) -> list[_Part]:
    """Every combination of one half beside the best of the other half that still fits."""
    first, second = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    cost, gain = _combinations(first)
    other_cost, other_gain = _combinations(second)
    order = np.lexsort((-other_gain, other_cost))  # by cost, of the same cost the best first
    other_cost, other_gain = other_cost[order], other_gain[order]
    best_so_far = np.maximum.accumulate(other_gain)
    first_with = np.searchsorted(best_so_far, best_so_far)  # the cheapest that gains as much
    fits = np.flatnonzero(cost <= left)
    places = first_with[np.searchsorted(other_cost, left - cost[fits], side="right") - 1]
    together, price = gain[fits] + other_gain[places], cost[fits] + other_cost[places]
    winner = np.lexsort((price, -together))[0]
    return [*_named(first, int(fits[winner])), *_named(second, int(order[places[winner]]))]


def _combinations(parts: Sequence[_Part]) -> tuple[np.ndarray, np.ndarray]:
    """Cost and gain of all subsets; the bits of a place say which."""
    cost, gain = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for one in parts:
        cost, gain = np.concatenate([cost, cost + one.cost]), np.concatenate([gain, gain + one.gain])
    return cost, gain


def _named(parts: Sequence[_Part], bits: int) -> list[_Part]:
    return [one for place, one in enumerate(parts) if bits >> place & 1]


def _cents(amount: Decimal | float) -> int:
    return round(Decimal(amount) * CENTS)


def _money(cents: int) -> Decimal:
    return (Decimal(cents) / CENTS).quantize(Decimal("0.01"))
