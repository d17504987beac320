"""Whether alignment is measured and for whom: off until both offices agree, for the two until both publish it. No delegate and no
administrator says it for them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.together import alignment_formula, alignment_readings
from governance.together.alignment_terms import FORMULA
from governance.together.errors import FormulaUndecided, NotOneOfThePair
from governance.together.models import AlignmentConsent
from portal import clock
from portal.errors import Invalid
from portal.people import organisations
from portal.people.reach import grants
from portal.record import audit

PAIR = ("CIO", "CISO")
Level = AlignmentConsent.Level
ORDER = (Level.OFF, Level.PAIR, Level.ALL)


@transaction.atomic
def say(level: str, *, actor: Any) -> AlignmentConsent:
    """Say for one's office whether it is measured, and who may read it. Raises NotOneOfThePair, FormulaUndecided, Invalid."""
    if level not in Level.values:
        raise Invalid(_("This is not complete."), {"level": [_("Choose one of the three.")]})
    office = office_of(actor)
    if office is None:
        raise NotOneOfThePair
    if level != Level.OFF and not alignment_formula.may_be_measured():
        raise FormulaUndecided
    row = AlignmentConsent.objects.create(office=office, level=level, formula=FORMULA, said_by=actor, said_at=clock.now())
    audit.record(actor, "alignment.said", row, {"office": office, "level": level, "formula": FORMULA})
    measure()
    return row


def measure() -> int:
    """Keep the terms as they stand today, where both agree to it; returns how many were kept."""
    return 0 if level(said()) == Level.OFF else alignment_readings.note(organisations.today())


def office_of(user: Any) -> str | None:
    """The seat of the pair that `user` fills."""
    return next((seat for seat in PAIR if seat in grants(user).seats), None)


def said() -> dict[str, AlignmentConsent]:
    """What each office said last of the formula in force. One query."""
    rows = AlignmentConsent.objects.filter(formula=FORMULA).select_related("said_by")
    return {row.office: row for row in rows.order_by("office", "-id").distinct("office")}


def level(known: Mapping[str, AlignmentConsent]) -> str:
    """What both have agreed to: the lesser of the two words, off where one said nothing."""
    return min((known[office].level if office in known else Level.OFF for office in PAIR), key=ORDER.index)


def may_read(user: Any, known: Mapping[str, AlignmentConsent]) -> bool:
    agreed = level(known)
    return agreed == Level.ALL or (agreed == Level.PAIR and office_of(user) is not None)
