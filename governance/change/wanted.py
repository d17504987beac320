"""What an initiative must say, and the shape in which its milestones come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from assets.models import Asset
from governance.change import offices
from governance.change.models import Initiative
from portal.errors import Invalid
from portal.people import organisations

LONGEST_TITLE, LONGEST_TEXT = 200, 4000
MOST_MILESTONES = 20
SUREST = 100
LARGEST = Decimal("9999999999999999.99")
MONEY = ("budget", "spent", "benefit_per_year")
PEOPLE = ("sponsor", "owner", "security_lead")
SET_BY_HAND = frozenset(Initiative.Status.values) - {Initiative.Status.STOPPED}


@dataclass(frozen=True, slots=True)
class Planned:
    """One milestone as it is written down: confidence in percent."""

    title: str
    due_on: date
    confidence: int


def check(initiative: Initiative, milestones: Sequence[Planned]) -> None:
    """Raises Invalid by field; `milestones.2` is the third one."""
    wrong = {**_wrong_words(initiative), **_wrong_choices(initiative), **_wrong_people(initiative), **_wrong_money(initiative)}
    if initiative.starts_on and initiative.live_on and initiative.live_on < initiative.starts_on:
        wrong["live_on"] = [_("It goes live after it starts.")]
    wrong |= _wrong_milestones(milestones)
    if wrong:
        raise Invalid(_("This is not complete."), wrong)


def _wrong_words(initiative: Initiative) -> Mapping[str, list[str]]:
    wrong = {}
    if not initiative.title or len(initiative.title) > LONGEST_TITLE:
        wrong["title"] = [_("Name it in at most %d characters.") % LONGEST_TITLE]
    for name in ("purpose", "benefits"):
        if len(getattr(initiative, name)) > LONGEST_TEXT:
            wrong[name] = [_("Keep it under %d characters.") % LONGEST_TEXT]
    return wrong


def _wrong_choices(initiative: Initiative) -> Mapping[str, list[str]]:
    wrong = {}
    if initiative.kind not in Initiative.Kind.values:
        wrong["kind"] = [_("Choose what kind of change it is.")]
    if initiative.status not in SET_BY_HAND:
        wrong["status"] = [_("Choose how it stands. To stop it, say why instead.")]
    if initiative.reachability not in Asset.Reachability.values:
        wrong["reachability"] = [_("Choose from where it can be reached once it is live.")]
    if initiative.unit_id is None:
        wrong["unit"] = [_("Say where it happens.")]
    return wrong


def _wrong_people(initiative: Initiative) -> Mapping[str, list[str]]:
    wrong = {}
    for name in PEOPLE:
        someone = getattr(initiative, name) if getattr(initiative, f"{name}_id") else None
        if someone is None and name != "security_lead":
            wrong[name] = [_("Name somebody.")]
        elif someone is not None and (someone.is_service or not someone.is_active):
            wrong[name] = [_("Name somebody who works here.")]
    lead = initiative.security_lead_id
    if lead is not None and lead in (initiative.owner_id, initiative.sponsor_id):
        wrong["security_lead"] = [_("Whoever speaks for security neither owns nor sponsors it.")]
    elif lead is not None and "security_lead" not in wrong and not _may_lead(initiative):
        wrong["security_lead"] = [_("Name the CISO, or somebody who reports to them, stands in for them or prepares for them.")]
    return wrong


def _may_lead(initiative: Initiative) -> bool:
    """Whoever was named before stays named, though their word counts no more once they have left the security office."""
    named = initiative.pk and Initiative.objects.filter(pk=initiative.pk, security_lead=initiative.security_lead_id).exists()
    return bool(named) or offices.may_lead(initiative.security_lead)


def _wrong_money(initiative: Initiative) -> Mapping[str, list[str]]:
    wrong = {
        name: [_("Amounts are zero or more, with at most two decimals.")]
        for name in MONEY
        if not is_amount(getattr(initiative, name))
    }
    if initiative.spent is not None and initiative.spent_on is None:
        wrong["spent_on"] = [_("Say up to which day that was spent.")]
    elif initiative.spent_on is not None and initiative.spent_on > organisations.today():
        wrong["spent_on"] = [_("Nothing was spent on a day to come.")]
    return wrong


def _wrong_milestones(milestones: Sequence[Planned]) -> Mapping[str, list[str]]:
    if len(milestones) > MOST_MILESTONES:
        return {"milestones": [_("At most %d milestones.") % MOST_MILESTONES]}
    wrong: dict[str, list[str]] = {}
    for place, one in enumerate(milestones):
        if not one.title.strip() or len(one.title) > LONGEST_TITLE:
            wrong.setdefault(f"milestones.{place}", []).append(_("Name each milestone in at most %d characters.") % LONGEST_TITLE)
        if not 0 <= one.confidence <= SUREST:
            wrong.setdefault(f"milestones.{place}", []).append(_("Confidence is a percentage from 0 to 100."))
    return wrong


def is_amount(amount: Any) -> bool:
    if amount is None:
        return True
    try:
        return amount.is_finite() and 0 <= amount <= LARGEST and amount == amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        return False
