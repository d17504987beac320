"""What a question must say before the seats can answer it, and the shape in which its options come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from portal.errors import Invalid

LONGEST_TITLE, LONGEST_TEXT = 200, 4000
LETTERS = "ABCDEF"
FEWEST_OPTIONS = 2
MOST_LINKS = 40
LONGEST_CONDITION, MOST_CONDITIONS = 1000, 8
LARGEST = Decimal("9999999999999999.99")


@dataclass(frozen=True, slots=True)
class Option:
    """One way to answer as it is written down; its letter follows from its place. Money in the organisation's currency."""

    title: str
    description: str = ""
    cost: Decimal | None = None
    ready_on: date | None = None
    residual_loss_per_year: Decimal | None = None
    earliest_on: date | None = None  # in one case of ten it is ready before
    latest_on: date | None = None  # in one case of ten it is ready after
    conditions: str = ""  # one a line; steps to be followed up once it is decided

    @property
    def steps(self) -> list[str]:
        """Its conditions, each once, in their order."""
        return list(dict.fromkeys(line for told in self.conditions.splitlines() if (line := " ".join(told.split()))))


def check(said: Mapping[str, Any], options: Sequence[Option], links: Sequence[Any]) -> None:
    """Raises Invalid by field; `options.2` is the third option."""
    wrong: dict[str, list[str]] = {}
    if not said["title"] or len(said["title"]) > LONGEST_TITLE:
        wrong["title"] = [_("Name it in at most %d characters.") % LONGEST_TITLE]
    if not said["question"]:
        wrong["question"] = [_("Ask it as a question that an option answers.")]
    for name in ("question", "context"):
        if len(said[name]) > LONGEST_TEXT:
            wrong[name] = [_("Keep it under %d characters.") % LONGEST_TEXT]
    if said["unit"] is None:
        wrong["unit"] = [_("Say where it applies.")]
    if not FEWEST_OPTIONS <= len(options) <= len(LETTERS):
        facts = {"few": FEWEST_OPTIONS, "many": len(LETTERS)}
        wrong["options"] = [_("Give %(few)d to %(many)d options; to leave things as they are is one.") % facts]
    elif said["proposed_option"] and said["proposed_option"] not in LETTERS[: len(options)]:
        wrong["proposed_option"] = [_("Ask for one of the options that you give.")]
    for place, option in enumerate(options):
        if sentences := _wrong_option(option):
            wrong[f"options.{place}"] = sentences
    if not _is_amount(said["delay_cost_per_month"]):
        wrong["delay_cost_per_month"] = [_("Amounts are zero or more, with at most two decimals.")]
    if len(links) > MOST_LINKS:
        wrong["rests_on"] = [_("Name at most %d things.") % MOST_LINKS]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)


def _wrong_option(option: Option) -> list[str]:
    wrong = []
    if not option.title or len(option.title) > LONGEST_TITLE:
        wrong.append(_("Name each option in at most %d characters.") % LONGEST_TITLE)
    if len(option.description) > LONGEST_TEXT:
        wrong.append(_("Keep it under %d characters.") % LONGEST_TEXT)
    if not all(_is_amount(amount) for amount in (option.cost, option.residual_loss_per_year)):
        wrong.append(_("Amounts are zero or more, with at most two decimals."))
    if len(option.steps) > MOST_CONDITIONS or any(len(one) > LONGEST_CONDITION for one in option.steps):
        facts = {"n": MOST_CONDITIONS, "long": LONGEST_CONDITION}
        wrong.append(_("Give an option at most %(n)d conditions of %(long)d characters, one a line.") % facts)
    days = [day for day in (option.earliest_on, option.ready_on, option.latest_on) if day is not None]
    if days and (option.ready_on is None or days != sorted(days)):
        wrong.append(_("Say the likely day, an earlier one not after it and a later one not before it."))
    return wrong


def _is_amount(amount: Decimal | None) -> bool:
    if amount is None:
        return True
    try:
        return amount.is_finite() and 0 <= amount <= LARGEST and amount == amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        return False
