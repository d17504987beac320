"""The numbers of an estimate one by one, and what the year would be if some of them were off. (calculation)"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from risks import loss_parts
from risks import quantification as q
from risks.loss_parts import ATTEMPTS

EVENTS, SHARE, SECONDARY = "events", "share", "secondary"  # and the form of a loss, as "FINES"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one estimate is made of: losses a year before `share` of the attempts succeeds, and by form what an event costs."""

    events: q.Rate
    share: float
    secondary_share: float
    primary: Mapping[str, q.Magnitude]
    secondary: Mapping[str, q.Magnitude]
    is_attempts: bool = False

    @property
    def names(self) -> list[str]:
        """Every number that somebody estimated, how often first."""
        found = [EVENTS, *([SHARE] if self.is_attempts else []), *self.primary, *self.secondary]
        return [*found, SECONDARY] if self.secondary else found

    @property
    def model(self) -> q.LossModel:
        primary, secondary = tuple(self.primary.values()), tuple(self.secondary.values())
        rate = self.events.times(self.share) if self.is_attempts else self.events
        return q.LossModel(rate, primary, secondary, self.secondary_share if secondary else 0.0)

    def off(self, factors: Mapping[str, float]) -> "Inputs":
        """The same with some numbers `factors` times what was said. A share stays at most 1, insurance keeps its sums."""
        return replace(
            self,
            events=self.events.times(factors.get(EVENTS, 1.0)),
            share=min(self.share * factors.get(SHARE, 1.0), 1.0),
            secondary_share=min(self.secondary_share * factors.get(SECONDARY, 1.0), 1.0),
            primary={form: one.times(factors.get(form, 1.0)) for form, one in self.primary.items()},
            secondary={form: one.times(factors.get(form, 1.0)) for form, one in self.secondary.items()},
        )

    def swing(self, name: str, factor: float) -> float:
        """How far apart the average of a year is with `name` that much too high and that much too low."""
        high, low = (self.off({name: each}).model.annual_mean for each in (factor, 1 / factor))
        return high - low


def of_scenario(scenario: Any) -> Inputs:
    """The inputs of a stored estimate."""
    kept: Sequence[loss_parts.LossPart] = [loss_parts.part(one) for one in scenario.losses]
    numbers = (scenario.low_per_year, scenario.mode_per_year, scenario.high_per_year)
    is_attempts = scenario.often == ATTEMPTS
    return Inputs(
        events=loss_parts.rate(loss_parts.PERT if is_attempts else scenario.often, *numbers, Decimal(1)),
        share=float(scenario.vulnerability_share) if is_attempts else 1.0,
        secondary_share=float(scenario.secondary_share),
        primary={one.form: one.magnitude for one in kept if not one.is_secondary},
        secondary={one.form: one.magnitude for one in kept if one.is_secondary},
        is_attempts=is_attempts,
    )


def least_swing(mean: float, factor: float) -> float:
    """Some input of an estimate with this `mean` of a year swings it that far: how often, which the mean is a multiple of."""
    return mean * (factor - 1 / factor)


def most_swing(losses: Iterable[Mapping[str, Any]], rate: float, mean: float, factor: float) -> float:
    """No input of an estimate with these `losses`, this `rate` of them and this `mean` of a year swings it further. Uninsured a
    year is a product of its inputs; insured a doubled loss may pass the limit, but an event never costs more than uninsured."""
    insured = [loss_parts.part(one) for one in losses if "deductible" in one or "limit" in one]
    gross = max((replace(one, deductible=None, limit=None).magnitude.mean for one in insured), default=0.0)
    return max(least_swing(mean, factor), rate * gross * factor)
