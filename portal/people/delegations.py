"""Who answers for whom, and until when: named, dated and visible wherever the delegator's name stands as the one who answers."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import announcements, organisations
from portal.people.errors import (
    AlreadySettled,
    DelegatedAlready,
    MovedOn,
    NotADelegate,
    NotYourDelegation,
    OtherOffice,
    SeatNamesItself,
)
from portal.people.models import Appointment, Delegation, User
from portal.people.reach import grants
from portal.record import audit

ANSWER = "attention.answer_review"
NAME, NAME_FOR_OTHERS = "people.name_delegate", "people.manage_delegations"
LONGEST = timedelta(days=366)
NAMED, ENDED = "delegation.named", "delegation.ended"


@transaction.atomic
def name(delegator: User, delegate: User, *, actor: User, from_on: date, to_on: date) -> Delegation:
    """Let `delegate` answer for `delegator` on these days, both included.

    Raises Invalid by field, NotYourDelegation, SeatNamesItself, NotADelegate, OtherOffice, DelegatedAlready.
    """
    _lock(delegator)
    _check_days(delegator, delegate, from_on, to_on)
    seats = grants(delegator).seats
    if actor.pk != delegator.pk:
        if not actor.has_perm(NAME_FOR_OTHERS):
            raise NotYourDelegation
        if seats:
            raise SeatNamesItself
    if delegate.is_service or not delegate.has_perm(ANSWER):
        raise NotADelegate
    if seats and _seated_elsewhere(delegate, seats):
        raise OtherOffice
    known = Delegation.objects.filter(delegator=delegator, ended_at=None, from_on__lte=to_on, to_on__gte=from_on)
    if known.exists():
        raise DelegatedAlready
    delegation = Delegation.objects.create(
        delegator=delegator, delegate=delegate, from_on=from_on, to_on=to_on, named_by=actor, named_at=clock.now()
    )
    audit.record(actor, NAMED, delegation, _keys(delegation))
    announcements.tell(delegation, NAMED, {delegate.pk, delegator.pk} - {actor.pk})
    return delegation


@transaction.atomic
def end(delegation: Delegation, *, actor: User, version: int | None = None) -> Delegation:
    """Nobody answers for the delegator by this any more; both may end it, and an administrator.

    Raises AlreadySettled where it ended before, MovedOn, NotYourDelegation.
    """
    delegation = Delegation.objects.select_for_update(of=("self",)).select_related("delegator", "delegate").get(pk=delegation.pk)
    if delegation.ended_at is not None or delegation.to_on < organisations.today():
        raise AlreadySettled(_("This delegation is over already."))
    if version is not None and version != delegation.version:
        raise MovedOn
    if not may_end(delegation, actor):
        raise NotYourDelegation
    return _end(delegation, actor)


@transaction.atomic
def fall_away(delegation: Delegation, *, actor: User) -> Delegation:
    """It ends because one of the two leaves; `leaving` has checked who says so."""
    rows = Delegation.objects.select_for_update(of=("self",)).select_related("delegator", "delegate")
    delegation = rows.get(pk=delegation.pk)
    return delegation if delegation.ended_at is not None else _end(delegation, actor)


def _end(delegation: Delegation, actor: User | None) -> Delegation:
    delegation.ended_at, delegation.ended_by = clock.now(), actor
    delegation.version += 1
    delegation.save(update_fields=["ended_at", "ended_by", "version"])
    audit.record(actor, ENDED, delegation, _keys(delegation))
    announcements.tell(delegation, ENDED, {delegation.delegator_id, delegation.delegate_id} - {actor.pk if actor else None})
    return delegation


def may_end(delegation: Delegation, actor: User | None) -> bool:
    """The portal itself (None), the two it names, and an administrator."""
    named = actor is None or actor.pk in (delegation.delegator_id, delegation.delegate_id)
    return named or actor.has_perm(NAME_FOR_OTHERS)


def acting_for(people: Iterable[int]) -> dict[int, Delegation]:
    """Who answers today for each of `people` (ids), where somebody does: for the words "X for Y until 3 Dec". One query."""
    rows = Delegation.objects.on(organisations.today()).filter(delegator__in=set(people), delegate__is_active=True)
    return {row.delegator_id: row for row in rows.select_related("delegate", "delegator")}


def delegators_of(user: Any) -> set[int]:
    """The people for whom `user` answers today. One query, kept on the user for the request."""
    if getattr(user, "_delegators", None) is None:
        rows = Delegation.objects.on(organisations.today()).filter(delegate=user.pk)
        user._delegators = set(rows.values_list("delegator", flat=True))
    return user._delegators


def _check_days(delegator: User, delegate: User, from_on: date, to_on: date) -> None:
    fields: dict[str, list[str]] = {}
    today = organisations.today()
    if from_on < today:
        fields["from_on"] = [_("Choose today or a later day.")]
    if to_on < from_on:
        fields["to_on"] = [_("The last day comes after the first.")]
    elif to_on - from_on > LONGEST:
        fields["to_on"] = [_("A delegation lasts a year at most.")]
    if delegate.pk == delegator.pk:
        fields["delegate"] = [_("Name somebody else.")]
    elif not delegate.is_active:
        fields["delegate"] = [_("This account is closed; name somebody who works here.")]
    if fields:
        raise Invalid(_("This delegation cannot be named so."), fields)


def _seated_elsewhere(delegate: User, seats: frozenset[str]) -> bool:
    """Whether `delegate` fills or stands in for a seat that is none of `seats`."""
    named = Appointment.objects.filter(Q(holder=delegate) | Q(substitute=delegate), ended_at=None)
    return bool(grants(delegate).seats - seats) or named.exclude(seat__in=seats).exists()


def _lock(delegator: User) -> None:
    """Two delegations of one person never pass each other."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=delegator.pk)


def _keys(delegation: Delegation) -> dict[str, Any]:
    return {
        "delegator": delegation.delegator_id,
        "delegate": delegation.delegate_id,
        "from_on": delegation.from_on.isoformat(),
        "to_on": delegation.to_on.isoformat(),
    }
