"""Who must sign a decision, and why: the first line of the table of authority that covers it, as for the acceptance of a risk."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from governance.together import foundation
from governance.together.models import Decision
from portal.signing import registry
from portal.web import shown
from risks import authority, wording
from risks.authority import Needed, Ruled


@dataclass(frozen=True, slots=True)
class Seats:
    """Offices as people call them, each of which must sign, and the sentences that say why."""

    offices: list[str]
    because: list[str]


def of(decision: Decision) -> Needed:
    """By its cost or the loss that the option asked for leaves, whichever is more, and the highest band of the risks it names; the
    CSO where people could be hurt. Twelve queries at most, however many risks."""
    risks = foundation.risks_of(decision)
    safety = decision.touches_safety or authority.any_safety(risks)
    return authority.of_question(risks, amount=_amount(decision), authors={decision.asked_by_id}, touches_safety=safety)


def told(decision: Decision) -> Seats:
    """For whoever asks, before anybody is asked."""
    needed = of(decision)
    return Seats([" / ".join(registry.office_word(one) for one in slot) for slot in needed.slots], because(needed))


def _amount(decision: Decision) -> Decimal | None:
    asked = decision.options.filter(archived_at=None, letter=decision.proposed_option)
    sums: list[Any] = [one for row in asked.values_list("cost", "residual_loss_per_year") for one in row]
    return max((one for one in sums if one is not None), default=None)


def because(needed: Needed) -> list[str]:
    facts = {
        "band": wording.band(needed.band) if needed.band else _("no risk"),
        "sum": _("no sum") if needed.amount is None else shown.money_exact(needed.amount),
    }
    if needed.line is not None:
        upper = needed.line.up_to_amount
        facts |= {
            "who": " + ".join(registry.office_word(office) for office in needed.line.offices),
            "up_to_band": wording.band(needed.line.up_to_band),
            "up_to_sum": _("any sum") if upper is None else shown.money_exact(upper),
        }
    said = {
        Ruled.NO_TABLE: _("No table of authority is signed, so both leaders sign."),
        Ruled.NOT_SPOKEN_OF: _("The table of authority says nothing of decisions, so both leaders sign."),
        Ruled.NOTHING_KNOWN: _("It names no risk and no sum, so both leaders sign."),
        Ruled.ABOVE: _(
            "No line of the table of authority covers it (%(band)s, %(sum)s) with somebody beside who asked, so both leaders sign."
        ),
        Ruled.BY_LINE: _(
            "It stands at %(band)s and %(sum)s, by its risks and by its cost or the loss that remains, whichever is more; up to"
            " %(up_to_band)s and %(up_to_sum)s the table of authority asks for %(who)s."
        ),
    }
    safety = [_("People could be hurt, so the CSO signs as well.")] if needed.is_safety else []
    return [said[needed.ruled] % facts, *safety]
