"""One office backs with money or people what the other has proposed."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.together.errors import BackedAlready, BackingEnded, NothingToBack, NotYourBacking, OwnOffice
from governance.together.models import Backing, Office
from portal import clock
from portal.errors import Invalid
from portal.people.models import User
from portal.people.reach import grants
from portal.record import audit
from risks import offices
from risks.models import Treatment

PAIR = frozenset({Office.CIO, Office.CISO})
LONGEST, MOST_DAYS, LARGEST = 300, 9_999, Decimal("999999999999.99")
OPEN = (Treatment.State.PROPOSED, Treatment.State.APPROVED)


@transaction.atomic
def back(
    treatment: Treatment, *, actor: Any, amount: Decimal | None = None, person_days: int | None = None, words: str = ""
) -> Backing:
    """Whoever fills the seat of the other office adds to the plan. Raises PermissionDenied for others than the pair, NothingToBack
    once the plan is settled, OwnOffice, BackedAlready, Invalid by field."""
    office = next(iter(grants(actor).seats & PAIR), None)
    if office is None:
        raise PermissionDenied
    treatment = Treatment.objects.select_for_update(of=("self",)).select_related("risk", "proposed_by").get(pk=treatment.pk)
    if treatment.state not in OPEN or treatment.archived_at is not None:
        raise NothingToBack
    if office_of(treatment) == office:
        raise OwnOffice
    _check(amount, person_days, words)
    try:
        with transaction.atomic():
            made = Backing.objects.create(
                subject_kind="treatment",
                subject_id=treatment.pk,
                office=office,
                amount=amount or None,
                person_days=person_days or None,
                words=words.strip(),
                backed_by=actor,
                backed_at=clock.now(),
            )
    except IntegrityError:  # an_office_backs_once
        raise BackedAlready from None
    audit.record(actor, "backing.given", made, {"treatment": treatment.pk, "office": office}, text=made.words)
    return made


@transaction.atomic
def end(backing: Backing, *, actor: Any) -> Backing:
    """Take it back. Raises NotYourBacking for others than whoever fills that office's seat, BackingEnded."""
    backing = Backing.objects.select_for_update().get(pk=backing.pk)
    if backing.office not in grants(actor).seats:
        raise NotYourBacking
    if backing.ended_at is not None:
        raise BackingEnded
    backing.ended_at = clock.now()
    backing.version += 1
    backing.save(update_fields=["ended_at", "version"])
    audit.record(actor, "backing.ended", backing)
    return backing


def office_of(treatment: Treatment) -> str:
    """Whose proposal it is: that of the office for which its proposer speaks, else of whoever answers for the risk."""
    proposer = User.objects.get(pk=treatment.proposed_by_id)
    voice = offices.voice(proposer, treatment.risk)
    side = voice.office if voice else treatment.risk.accountable
    return Office.CISO if side == "SECURITY" else Office.CIO


def _check(amount: Decimal | None, person_days: int | None, words: str) -> None:
    wrong = {}
    if amount is not None and (not 0 <= amount <= LARGEST or amount != amount.quantize(Decimal("0.01"))):
        wrong["amount"] = [_("Give an amount above zero, with at most two decimals.")]
    if person_days is not None and not 0 <= person_days <= MOST_DAYS:
        wrong["person_days"] = [_("Give days from 0 to %d.") % MOST_DAYS]
    if not wrong and not amount and not person_days:
        wrong["amount"] = [_("Bring money, days of people, or both.")]
    if len(words) > LONGEST:
        wrong["words"] = [_("Keep it under %d characters.") % LONGEST]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
