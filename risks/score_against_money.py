"""Where score and money disagree: risks that stand high by one measure and low by the other. (calculation)"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

FEWEST = 4  # fewer are in no order worth a word
FAR_APART = 0.5  # of the way from the first to the last


@dataclass(frozen=True, slots=True)
class Apart:
    """A risk by its place in both orders, 1 the worst; equals share a place."""

    key: int
    score_place: int
    money_place: int
    of: int

    @property
    def is_dearer(self) -> bool:
        """Money says worse than the score does."""
        return self.money_place < self.score_place


def apart(measured: Sequence[tuple[int, float, float]]) -> list[Apart]:
    """Of (key, score in points, average loss of a year) those whose two places lie more than half of the list apart, widest first.

    Equals stand at the middle of the places that they take, so that a long row of equal scores disagrees with nothing by chance.
    """
    if len(measured) < FEWEST:
        return []
    score = _middles([(key, points) for key, points, _average in measured])
    money = _middles([(key, average) for key, _points, average in measured])
    last = len(measured) - 1
    found = [key for key in score if abs(score[key] - money[key]) / last > FAR_APART]
    found.sort(key=lambda key: (-abs(score[key] - money[key]), money[key], key))
    return [Apart(key, round(score[key]) + 1, round(money[key]) + 1, len(measured)) for key in found]


def _middles(valued: Sequence[tuple[int, float]]) -> dict[int, float]:
    """The place of each from the largest down, 0 first."""
    places: dict[int, float] = {}
    for _value, group in groupby(sorted(valued, key=lambda one: -one[1]), key=lambda one: one[1]):
        keys = [key for key, _same in group]
        first = len(places)
        for key in keys:
            places[key] = first + (len(keys) - 1) / 2
    return places
