"""From an estimate in plain values to the model of the engine, and what of it does not fit. (calculation)"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from risks import quantification as q

INTERVAL, PERT, ATTEMPTS = "INTERVAL", "PERT", "ATTEMPTS"
NUMBERS = ("low", "mode", "high", "deductible", "limit")


@dataclass(frozen=True, slots=True)
class Downtime:
    """A standstill of a line: hours, what an hour is worth, the restart and the penalty after it [currency]."""

    low_hours: Decimal
    mode_hours: Decimal
    high_hours: Decimal
    value_per_hour: Decimal
    restart: Decimal = Decimal(0)
    penalty: Decimal = Decimal(0)

    @property
    def losses(self) -> tuple[Decimal, Decimal, Decimal]:
        """Lowest, likeliest and highest loss of one standstill: hours × value of an hour + restart + penalty."""
        hours = (self.low_hours, self.mode_hours, self.high_hours)
        low, mode, high = (each * self.value_per_hour + self.restart + self.penalty for each in hours)
        return low, mode, high


@dataclass(frozen=True, slots=True)
class LossPart:
    """The loss of one form in one event: a 90 % interval, PERT with `mode`. We bear `deductible`, an insurer `limit` above it."""

    form: str
    low: Decimal
    high: Decimal
    mode: Decimal | None = None
    is_secondary: bool = False
    deductible: Decimal | None = None
    limit: Decimal | None = None
    source: str = ""
    by: int | None = None  # who estimated it
    on: str = ""  # on which day, ISO
    downtime: Downtime | None = None

    @property
    def magnitude(self) -> q.Magnitude:
        """As the engine takes it; Unquantifiable says what does not fit."""
        low, high = float(self.low), float(self.high)
        gross = q.lognormal_from_interval(low, high) if self.mode is None else q.pert(low, float(self.mode), high)
        if self.deductible is None and self.limit is None:
            return gross
        return q.insured(gross, float(self.deductible or 0), float("inf") if self.limit is None else float(self.limit))

    @property
    def plain(self) -> dict[str, Any]:
        """For a JSON column; money as decimal strings."""
        told = {name: value for name, value in asdict(self).items() if value not in (None, "", False)}
        told |= {name: str(told[name]) for name in NUMBERS if name in told}
        if self.downtime is not None:
            told["downtime"] = {name: str(value) for name, value in asdict(self.downtime).items()}
        return told


def part(plain: Mapping[str, Any]) -> LossPart:
    """The other way round."""
    known = {field.name for field in fields(LossPart)}
    told = {name: value for name, value in plain.items() if name in known}
    told |= {name: Decimal(told[name]) for name in NUMBERS if told.get(name) is not None}
    if told.get("downtime"):
        told["downtime"] = Downtime(**{name: Decimal(value) for name, value in told["downtime"].items()})
    return LossPart(**told)


def rate(often: str, low: Decimal, mode: Decimal | None, high: Decimal, share: Decimal) -> q.Rate:
    """The loss events a year as the engine takes them; of attempts only `share` become losses."""
    if often == INTERVAL:
        return q.gamma_from_interval(float(low), float(high)) if (low, high) != (0, 0) else q.fixed_rate(0)
    found = q.pert_rate(float(low), float(low if mode is None else mode), float(high))
    return found.thinned(float(share)) if often == ATTEMPTS else found


def model(rate_of_events: q.Rate, parts: Iterable[LossPart], secondary_share: Decimal) -> q.LossModel:
    kept = list(parts)
    primary = tuple(one.magnitude for one in kept if not one.is_secondary)
    secondary = tuple(one.magnitude for one in kept if one.is_secondary)
    return q.LossModel(rate_of_events, primary, secondary, float(secondary_share) if secondary else 0.0)


def of_scenario(scenario: Any) -> q.LossModel:
    """The model of a stored estimate."""
    numbers = (scenario.low_per_year, scenario.mode_per_year, scenario.high_per_year)
    events = rate(scenario.often, *numbers, scenario.vulnerability_share)
    return model(events, map(part, scenario.losses), scenario.secondary_share)


def factors(scenario: Any) -> dict[str, float]:
    """What the mean of a year is the product of: attempts or events a year, the share that succeeds, the loss of an event."""
    known = of_scenario(scenario)
    share = float(scenario.vulnerability_share) if scenario.often == ATTEMPTS else 1.0
    return {"events": known.rate.mean / share if share else 0.0, "share": share, "magnitude": known.event_mean}


def wrong(parts: Sequence[LossPart]) -> dict[str, str]:
    """What does not fit, by form of loss."""
    found = {}
    for one in parts:
        try:
            _ = one.magnitude
        except q.Unquantifiable as error:
            found[one.form] = str(error)
    return found
