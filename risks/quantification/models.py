"""One risk's loss model: how often and how much, and the closed forms of a year's loss."""

from dataclasses import dataclass

import numpy as np

from risks.quantification.magnitudes import LOGNORMAL, Magnitude
from risks.quantification.rates import Rate
from risks.quantification.refusals import Unquantifiable, need

MOST_PARTS = 12


@dataclass(frozen=True, slots=True)
class LossModel:
    """Events of `rate`; each costs the sum of `primary` and, with chance `secondary_share`, also the sum of `secondary`."""

    rate: Rate
    primary: tuple[Magnitude, ...]
    secondary: tuple[Magnitude, ...] = ()
    secondary_share: float = 0.0

    def __post_init__(self) -> None:
        need(self.primary or self.secondary, "Say how much an event costs.")
        need(len(self.primary) + len(self.secondary) <= MOST_PARTS, "A scenario has at most twelve kinds of loss; join some.")
        need(0 <= self.secondary_share <= 1, "The chance of a secondary loss lies between 0 and 1.")

    @property
    def is_plain(self) -> bool:
        """One uninsured lognormal loss: what the shared rows can compute."""
        one = self.primary[0] if len(self.primary) == 1 and not self.secondary else None
        return one is not None and one.kind == LOGNORMAL and not one.is_insured

    @property
    def event_mean(self) -> float:
        """E[X] of one event [currency]."""
        return sum(one.mean for one in self.primary) + self.secondary_share * sum(one.mean for one in self.secondary)

    @property
    def event_variance(self) -> float:
        """Var[X] of one event."""
        share, second = self.secondary_share, sum(one.mean for one in self.secondary)
        spread = sum(one.variance for one in self.primary) + share * sum(one.variance for one in self.secondary)
        return spread + share * (1 - share) * second**2

    @property
    def annual_mean(self) -> float:
        """E[S] = E[Λ]·E[X] [currency/year]: the annualised loss expectancy, in closed form."""
        return self.rate.mean * self.event_mean

    @property
    def annual_sd(self) -> float:
        """√Var[S], Var[S] = E[Λ]·E[X²] + Var[Λ]·E[X]² [currency/year]."""
        second = self.event_variance + self.event_mean**2
        return float(np.sqrt(max(self.rate.mean * second + self.rate.variance * self.event_mean**2, 0.0)))


__all__ = ["LossModel", "Unquantifiable"]
