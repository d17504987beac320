"""What was agreed for bad years: how likely, at most, all risks of a place together may cost more than a sum in one year. As the
position moves it is kept or passed; each time it is passed the leaders are asked once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.people import announcements, appointments, organisations
from portal.people.models import Unit
from portal.record import audit
from risks import loss_words
from risks.models import Appetite, Levels, PortfolioLoss
from risks.quantification import AnnualLoss, sketch

PASSED, KEPT = "appetite.passed", "appetite.kept"
LEADERS = {"CIO", "CISO"}


@dataclass(frozen=True, slots=True)
class BadYear:
    """At most `at_most` [0–1] of years may cost more than `amount` [currency]; `chances` are those of the curves, now first."""

    amount: Decimal
    at_most: Decimal
    chances: tuple[float, ...]
    passed_at: datetime | None = None

    @property
    def is_passed(self) -> bool:
        return is_beyond(self.chances[0], self.at_most)

    @property
    def mark(self) -> tuple[str, str, float, float]:
        """Where it stands on the picture: above the curve as what is kept, below it as what is passed."""
        kind = "passed" if self.is_passed else "agreed"
        return _("agreed: %(most)s") % {"most": self.most}, kind, float(self.amount), float(self.at_most)

    @property
    def row(self) -> tuple[str, list[str]]:
        """The same for the table beside it, a cell a curve."""
        words = _("Chance of more than %(sum)s, agreed on at most %(most)s")
        return words % {"sum": loss_words.money(float(self.amount)), "most": self.most}, [self._near(one) for one in self.chances]

    @property
    def most(self) -> str:
        return loss_words.exact_share(self.at_most)

    def sentence(self, after: int | None = None) -> str:
        """How the position stands to it; `after` is the place of the curve after plan, None without one."""
        facts = {"sum": loss_words.money(float(self.amount)), "now": self._near(self.chances[0]), "most": self.most}
        if self.is_passed:
            first = _("Years over %(sum)s are likelier than we agreed: %(now)s, and we agreed on at most %(most)s.")
        else:
            first = _("Years over %(sum)s are no likelier than we agreed: %(now)s, and we agreed on at most %(most)s.")
        if after is None:
            return first % facts
        then = self.chances[after]
        if is_beyond(then, self.at_most):
            second = _("After plan it is %(then)s, more than we agreed.")
        elif self.is_passed:
            second = _("After plan it is %(then)s: what is planned cures that.")
        else:
            second = _("After plan it is %(then)s.")
        return f"{first % facts} {second % {'then': self._near(then)}}"

    def _near(self, chance: float) -> str:
        """A chance in words that stand on its own side of what is agreed."""
        percent, most = 100 * chance, float(100 * self.at_most)
        for rounded, words in (
            (round(percent, 1 if percent < 1 else 0), loss_words.share(chance)),
            (float(f"{percent:.3g}"), f"{percent:.3g}{loss_words.PERCENT}"),
        ):
            if (rounded > most) == (percent > most):
                return words
        return _("just over %(most)s") % {"most": self.most}


def is_beyond(chance: float, at_most: Decimal) -> bool:
    """The one rule: likelier than agreed."""
    return chance > float(at_most)


def on(curves: Sequence[AnnualLoss], agreed: Appetite | None) -> BadYear | None:
    """What is agreed for a place beside its `curves`; None where nothing is."""
    if agreed is None or agreed.bad_year_amount is None or agreed.bad_year_chance is None:
        return None
    amount = agreed.bad_year_amount
    chances = tuple(one.exceedance([float(amount)])[0] for one in curves)
    return BadYear(amount, agreed.bad_year_chance, chances, agreed.passed_at)


def follow(moment: datetime, unit_ids: Collection[int] | None = None) -> None:
    """Look again at what is agreed for these units, or for all, after their sums moved: in the transaction that wrote the sums. One
    query where nothing is agreed."""
    there = Q() if unit_ids is None else Q(unit__in=unit_ids) | Q(unit=None)
    rows = Appetite.objects.select_for_update(of=("self",)).current().filter(there, bad_year_amount__isnull=False)
    for row in rows.order_by("pk"):
        look_at(row, moment)


def look_at(row: Appetite, moment: datetime) -> None:
    """Note where the position crossed what `row`, which is locked, says of bad years; where it passes it both leaders are asked."""
    chance = _chance(row)
    is_passed = chance is not None and is_beyond(chance, row.bad_year_chance)
    if is_passed == (row.passed_at is not None):
        return
    row.passed_at = moment if is_passed else None
    row.save(update_fields=["passed_at"])
    facts = {"unit": row.unit_id, "amount": _plain(row.bad_year_amount), "at_most": _plain(row.bad_year_chance)}
    facts |= {"chance": None if chance is None else f"{chance:.6f}"}
    audit.record(None, PASSED if is_passed else KEPT, row, facts)
    if is_passed and organisations.is_set_up():
        leaders = {who.person.pk for seat, who in appointments.filled().items() if seat in LEADERS}
        announcements.tell(row, PASSED, leaders, facts)


def _chance(row: Appetite) -> float | None:
    """That a year costs all risks of the place more than the sum; None where no sum is agreed any more."""
    if row.archived_at is not None or row.bad_year_amount is None:
        return None
    unit_id = row.unit_id or Unit.objects.filter(parent=None, archived_at=None).values_list("pk", flat=True).first()
    sums = PortfolioLoss.objects.filter(scope=f"unit:{unit_id}", stage=Levels.Stage.CURRENT, risk_count__gt=0)
    found = sums.values_list("sketch", "p_none").first()
    return float(sketch.exceedance(bytes(found[0]), found[1], [float(row.bad_year_amount)])[0]) if found else 0.0


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
