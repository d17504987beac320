"""One risk's annual loss, computed and not simulated: no noise, the same on every worker.

The annual loss is the sum of the losses of the events of a year: `rates` (how often), `magnitudes` (how much an event costs),
`models` (both together, and what is refused), `curves` (the distribution, by one fast Fourier transform), `lattice` (rows that
many risks share), `sketch` (a curve in 256 bytes), `attribution` (why the money moved). Knows nothing of Django.
Money is in the organisation's currency, rates are events a year.
"""

from risks.quantification.curves import AnnualLoss, compute
from risks.quantification.magnitudes import Magnitude, insured, lognormal, lognormal_from_interval, pert, point
from risks.quantification.models import LossModel, Unquantifiable
from risks.quantification.rates import Rate, at_most_one, fixed_rate, gamma_from_interval, gamma_rate, pert_rate, vulnerability

__all__ = [
    "AnnualLoss",
    "LossModel",
    "Magnitude",
    "Rate",
    "Unquantifiable",
    "at_most_one",
    "compute",
    "fixed_rate",
    "gamma_from_interval",
    "gamma_rate",
    "insured",
    "lognormal",
    "lognormal_from_interval",
    "pert",
    "pert_rate",
    "point",
    "vulnerability",
]
