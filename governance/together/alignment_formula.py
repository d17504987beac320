"""The formula of alignment as a decision of the two: put to them with all that it says, in force once they have decided for it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.together import alignment_terms, decisions
from governance.together.alignment_terms import FIRST_FORMULA, FORMULA
from governance.together.alignment_words import WORDS
from governance.together.errors import FormulaAsked, NotOneOfThePair
from governance.together.models import Decision, FormulaDecision
from governance.together.wanted import Option
from portal.people.models import Unit
from portal.people.reach import grants

PAIR = frozenset({"CIO", "CISO"})
YES = "A"  # the letter of the option to measure by it


@transaction.atomic
def ask(*, actor: Any) -> Decision:
    """Put the edition that this portal counts by to both seats, as a question with its terms and weights. Raises NotOneOfThePair,
    FormulaAsked while it is asked or decided."""
    if not grants(actor).seats & PAIR:
        raise NotOneOfThePair
    known = asked()
    if known is not None and known.state != Decision.State.WITHDRAWN:
        raise FormulaAsked(known)
    told = {"edition": FORMULA}
    decision = decisions.ask(
        actor=actor,
        unit=Unit.objects.filter(parent=None).order_by("pk").first(),
        title=_("How alignment is measured, edition %(edition)d") % told,
        question=_("Is this how we want to measure the way the two offices work together?"),
        context=published(),
        options=[
            Option(_("Measure by these terms"), _("In force once both have decided; who may read it each office says apart.")),
            Option(_("Do not measure by them"), _("Another edition is written and put to the two.")),
        ],
        proposed_option=YES,
    )
    FormulaDecision.objects.create(formula=FORMULA, decision=decision)
    return decisions.put(decision, actor=actor)


def asked() -> Decision | None:
    """The newest decision on the edition that is counted by. One query."""
    row = FormulaDecision.objects.filter(formula=FORMULA).select_related("decision__unit").order_by("-pk").first()
    return row.decision if row else None


def is_decided(decision: Decision | None) -> bool:
    """Whether the two have decided for it; one that is asked anew stays in force until they answer."""
    return decision is not None and decision.state == Decision.State.DECIDED and decision.proposed_option == YES


def may_be_measured() -> bool:
    """An edition after the first one only while its decision stands. No query for the first."""
    return alignment_terms.FORMULA == FIRST_FORMULA or is_decided(asked())


def published() -> str:
    """The terms with what each counts, their weights, and when they count, as the two decide on them."""
    lines = [f"{name}: {counts}" for name, counts in WORDS.values()]
    rule = _(
        "Each term is the share that went well, over %(days)d days, and counts once its rows reach back as far. All terms weigh the"
        " same: the number is the mean of those that are measured, from %(few)d on. What is open or privileged counts in none."
    ) % {"days": alignment_terms.WINDOW_DAYS, "few": alignment_terms.FEWEST_MEASURED}
    return "\n".join([*lines, rule])
