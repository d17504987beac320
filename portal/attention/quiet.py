"""Quiet hours: said by oneself, kept by the digest, which goes out after them."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.attention.models import QuietHours
from portal.errors import Invalid
from portal.people.models import User
from portal.record import audit


def of(user: Any) -> QuietHours | None:
    """Those of `user`, None where mail may come at any hour."""
    return QuietHours.objects.filter(person=user.pk).exclude(starts_at=None).first()


def of_all(people: Iterable[int]) -> dict[int, QuietHours]:
    """By person, where somebody has said any; one query."""
    return {one.person_id: one for one in QuietHours.objects.filter(person__in=list(people))}


@transaction.atomic
def keep(*, actor: Any, starts_at: time | None, ends_at: time | None) -> QuietHours | None:
    """No mail to `actor` in these hours of their own clock; None twice: mail at any hour. Raises Invalid by field."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=actor.pk)
    if (starts_at is None) != (ends_at is None):
        missing = "starts_at" if starts_at is None else "ends_at"
        sentence = _("Say both when it begins and when it ends, or neither.")
        raise Invalid(sentence, {missing: [sentence]})
    if starts_at is not None and starts_at == ends_at:
        sentence = _("Let it end at another time than it begins: some mail has to go out once a day.")
        raise Invalid(sentence, {"ends_at": [sentence]})
    said = {"starts_at": starts_at, "ends_at": ends_at}
    QuietHours.objects.update_or_create(person=actor, defaults=said)
    audit.record(actor, "user.quiet_hours_set", actor, {name: at and f"{at:%H:%M}" for name, at in said.items()})
    return of(actor)
