"""Losses in words that need no knowledge of statistics; every sentence is made from the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.web import shown
from portal.web.charts.curve import Line
from risks import loss_inputs
from risks.loss_inputs import Inputs
from risks.models import LossScenario
from risks.quantification import AnnualLoss, LossModel, events, sketch

PERCENT = "\u00a0%"
LEVELS = (2, 5, 10, 20, 50, 100, 200)  # one year in n, as the table beside a curve shows them


@dataclass(frozen=True, slots=True)
class Told:
    """A year's loss as a person reads it: money to two digits."""

    chance: str  # of a loss in a year: "12 %"
    typical: str  # of a year with a loss: half of them cost less
    bad: str  # one of ten costs more
    one_in_twenty: str
    average: str  # over the long run


def money(amount: float) -> str:
    """Two significant digits: what an estimate can bear."""
    return shown.two_digits(exact(amount))


def exact(amount: float) -> Decimal:
    """A figure of the engine as money: six digits, at most two decimals."""
    return Decimal(f"{amount:.6g}").quantize(Decimal("0.01"))


def parts(amounts: Mapping[str, float], whole: Decimal) -> dict[str, Decimal]:
    """Figures that add up to `whole` as money that does too: what rounding leaves over goes to the largest."""
    found = {name: exact(amount) for name, amount in amounts.items()}
    if found:
        largest = max(found, key=lambda name: (abs(found[name]), name))
        found[largest] += whole - sum(found.values())
    return found


def share(chance: float) -> str:
    """12 %, 0.4 %, under 0.1 %; never 0 % or 100 % of what may or may not happen."""
    percent = 100 * chance
    if percent <= 0:
        return f"0{PERCENT}"
    if percent < 0.1:
        return _("under 0.1") + PERCENT
    if percent > 99 and chance < 1:
        return _("over 99") + PERCENT
    return f"{percent:.1f}".removesuffix(".0") + PERCENT if percent < 1 else f"{percent:.0f}{PERCENT}"


def exact_share(chance: Decimal) -> str:
    """2.5 %: what was agreed, to the last digit."""
    return f"{(chance * 100).normalize():f}{PERCENT}"


def how_often(per_year: float) -> str:
    """About 3 times a year, about once a year, about once in 8 years."""
    if per_year <= 0:
        return _("never")
    if per_year >= 1.5:
        return ngettext("about %(n)s time a year", "about %(n)s times a year", 2) % {"n": _two(per_year)}
    if per_year >= 0.75:
        return _("about once a year")
    return _("about once in %(n)s years") % {"n": _two(1 / per_year)}


def sanity(model: LossModel) -> str:
    """What an estimate says, in one line under it: about once in 8 years; half of the events cost under €210 k."""
    if model.rate.mean <= 0 or model.event_mean <= 0:
        return _("This never costs anything.")
    half, tenth = events.quantiles(model, [0.5, 0.9])
    told = {"often": how_often(model.rate.mean), "half": money(half), "tenth": money(tenth)}
    return shown_first(_("%(often)s; half of the events cost under %(half)s, one in ten over %(tenth)s.") % told)


def input_name(name: str, inputs: Inputs) -> str:
    """One number of an estimate: how often it happens, lost production."""
    plain = {
        loss_inputs.EVENTS: _("attempts a year") if inputs.is_attempts else _("how often it happens"),
        loss_inputs.SHARE: _("share of attempts that succeeds"),
        loss_inputs.SECONDARY: _("chance of a secondary loss"),
    }
    return plain[name] if name in plain else _("what an event costs in %(form)s") % {"form": LossScenario.Form(name).label.lower()}


def input_said(name: str, inputs: Inputs) -> str:
    """What was said of it: about once in 8 years, 5 %, €120 k on average."""
    if name == loss_inputs.EVENTS:
        return how_often(inputs.events.mean)
    if name in (loss_inputs.SHARE, loss_inputs.SECONDARY):
        return share(inputs.share if name == loss_inputs.SHARE else inputs.secondary_share)
    return _("%(sum)s on average") % {"sum": money((inputs.primary | inputs.secondary)[name].mean)}


def told(found: AnnualLoss) -> Told:
    """The five figures that stand for a curve."""
    typical, bad = in_a_loss_year(found, [0.5, 0.9])
    return Told(share(1 - found.p_none), money(typical), money(bad), money(found.var95), money(found.mean))


def in_a_loss_year(found: AnnualLoss, levels: list[float]) -> list[float]:
    """What a year with a loss stays under with each of `levels`."""
    if found.p_none >= 1:
        return [0.0 for _level in levels]
    return found.quantiles([found.p_none + (1 - found.p_none) * level for level in levels])


def reading(found: AnnualLoss) -> str:
    """What the picture says, for somebody who never saw one."""
    if found.mean <= 0:
        return _("Nothing is lost in any year.")
    words = told(found)
    first = _(
        "A year brings a loss with a chance of %(chance)s; half of such years cost under %(typical)s, one in ten over %(bad)s."
    )
    if found.var95 > 0:
        second = _("Of twenty years one costs more than %(twentieth)s.")
    else:
        second = _("Fewer than one year in twenty costs anything at all.")
    third = _("Over many years it comes to %(average)s a year.")
    facts = {"chance": words.chance, "typical": words.typical, "bad": words.bad, "twentieth": words.one_in_twenty}
    return " ".join(sentence % (facts | {"average": words.average}) for sentence in (first, second, third))


def line(found: AnnualLoss, name: Any, kind: str) -> Line:
    """The curve for a picture: the points of its sketch."""
    if found.p_none >= 1:
        return Line(str(name), kind, ())
    losses = sketch.unpack(found.sketch)
    points = [(float(loss), float((1 - found.p_none) * (1 - level))) for loss, level in zip(losses, sketch.LEVELS, strict=True)]
    return Line(str(name), kind, [point for point in points if point[0] > 0])


def rows(*found: AnnualLoss) -> list[tuple[str, list[str]]]:
    """The table beside the picture: one year in n costs more than, for each curve."""
    levels = [one.quantiles([1 - 1 / n for n in LEVELS]) for one in found]
    return [
        (_("1 year in %(n)s costs more than") % {"n": n}, [money(values[place]) if values[place] > 0 else "–" for values in levels])
        for place, n in enumerate(LEVELS)
    ]


def shown_first(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _two(number: float) -> str:
    text = f"{number:.2g}"
    return text if "e" not in text else f"{float(text):,.0f}"
