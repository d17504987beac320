"""What was agreed in money as points on a curve: how likely a year costs more than we want to carry, and more than we tolerate."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from risks import loss_words
from risks.quantification import AnnualLoss

APPETITE, TOLERANCE = "appetite", "tolerance"


@dataclass(frozen=True, slots=True)
class Limits:
    """The average of a year that we want to carry and that we tolerate [currency], and for each curve the chances of a year beyond.
    `average` is what it is held against, of `count` of the `of` risks behind the curve."""

    appetite: Decimal
    tolerance: Decimal
    average: float
    chances: tuple[tuple[float, float], ...]
    count: int = 1
    of: int = 1

    @property
    def marks(self) -> list[tuple[str, str, float, float]]:
        """Two points of the first curve, for its picture."""
        appetite, tolerance = self.chances[0]
        return [
            (_("appetite"), APPETITE, float(self.appetite), appetite),
            (_("tolerance"), TOLERANCE, float(self.tolerance), tolerance),
        ]

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The same for the table beside it, a cell a curve."""
        appetite, tolerance = ([loss_words.share(pair[place]) for pair in self.chances] for place in (0, 1))
        return [
            (_("Chance of more than the %(sum)s we want to carry") % {"sum": loss_words.money(float(self.appetite))}, appetite),
            (_("Chance of more than the %(sum)s we tolerate") % {"sum": loss_words.money(float(self.tolerance))}, tolerance),
        ]

    def sentence(self, after: int | None = None) -> str:
        """What the points say; `after` is the place of the curve after plan, None without one."""
        return " ".join([self._agreed, self._stands, self._chance(after)])

    @property
    def _agreed(self) -> str:
        facts = {"appetite": loss_words.money(float(self.appetite)), "tolerance": loss_words.money(float(self.tolerance))}
        if self.of == 1:
            return _("We agreed to carry %(appetite)s a year on average and to tolerate %(tolerance)s.") % facts
        words = ngettext(
            "For %(count)s of %(of)s risks a sum is agreed: we want to carry %(appetite)s a year on average and tolerate "
            "%(tolerance)s.",
            "For %(count)s of %(of)s risks a sum is agreed: together we want to carry %(appetite)s a year on average and tolerate "
            "%(tolerance)s.",
            self.count,
        )
        return words % (facts | {"count": self.count, "of": self.of})

    @property
    def _stands(self) -> str:
        facts = {"average": loss_words.money(self.average)}
        if self.average > self.tolerance:
            return (
                ngettext("It comes to %(average)s, above tolerance.", "They come to %(average)s, above tolerance.", self.count)
                % facts
            )
        if self.average > self.appetite:
            words = ngettext(
                "It comes to %(average)s, above appetite and still tolerated.",
                "They come to %(average)s, above appetite and still tolerated.",
                self.count,
            )
            return words % facts
        return (
            ngettext("It comes to %(average)s, within appetite.", "They come to %(average)s, within appetite.", self.count) % facts
        )

    def _chance(self, after: int | None) -> str:
        appetite, tolerance = (loss_words.share(chance) for chance in self.chances[0])
        if after is None:
            words = _("A year costs more than the first with a chance of %(appetite)s, more than the second with %(tolerance)s.")
            return words % {"appetite": appetite, "tolerance": tolerance}
        then = [loss_words.share(chance) for chance in self.chances[after]]
        words = _(
            "A year costs more than the first with a chance of %(appetite)s, after plan %(then_appetite)s; more than the second "
            "with %(tolerance)s, after plan %(then_tolerance)s."
        )
        return words % {"appetite": appetite, "then_appetite": then[0], "tolerance": tolerance, "then_tolerance": then[1]}


def on(
    curves: Sequence[AnnualLoss],
    appetite: Decimal | None,
    tolerance: Decimal | None,
    average: float,
    *,
    count: int = 1,
    of: int = 1,
) -> Limits | None:
    """What is agreed beside `curves`; None where nothing is."""
    if appetite is None or tolerance is None or not count:
        return None
    wanted = [float(appetite), float(tolerance)]
    chances = [tuple(one.exceedance(wanted)) for one in curves]
    return Limits(appetite, tolerance, average, tuple((first, second) for first, second in chances), count, of)
