"""Of whom a second factor is asked: of seats and roles that act for the organisation always, of everybody from a day on that a
leader or an administrator names. Until that day whoever has none is led to it once a session; from it on nothing else opens."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import Organisation, User
from portal.people.reach import grants
from portal.record import audit

ASK = "people.ask_factor"
CHANGED = "organisation.factor_rule_changed"


def day() -> date | None:
    """From when on everybody needs one; None where only seats and some roles do."""
    organisation = organisations.current()
    return organisation.factor_from if organisation else None


def holds_now() -> bool:
    """Whether everybody needs one by now."""
    begins = day()
    return begins is not None and begins <= organisations.today()


def asks(user: User) -> bool:
    """Whether `user` needs one by now, for an office or as everybody does. A service account never does."""
    return grants(user).needs_factor or (not user.is_service and holds_now())


def grace_of(user: User) -> date | None:
    """The day from which `user` will need one, where that is still to come and they have none."""
    seen = grants(user)
    if seen.has_factor or seen.needs_factor or user.is_service:
        return None
    begins = day()
    return begins if begins is not None and begins > organisations.today() else None


@transaction.atomic
def ask_everybody(begins: date | None, *, actor: Any) -> Organisation:
    """From `begins` on everybody needs a second factor; None: only seats and some roles. Raises Invalid for a day that is over,
    StepsOpen before there is an organisation, PermissionDenied."""
    if not actor.has_perm(ASK):
        raise PermissionDenied
    row = organisations.locked()
    if begins == row.factor_from:
        return row
    if begins is not None and begins < organisations.today():
        sentence = _("This day is over. Take today or a later one.")
        raise Invalid(sentence, {"begins": [sentence]})
    row.factor_from, row.version = begins, row.version + 1
    row.save(update_fields=["factor_from", "version"])
    audit.record(actor, CHANGED, row, {"from": begins.isoformat() if begins else None})
    transaction.on_commit(organisations.forget)
    return row
