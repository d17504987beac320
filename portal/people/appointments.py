"""Seats: appoint, vacate, and who fills one. What no setting can switch off stands in `seating`, the rule that two people
change a seat in `proposals`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from portal import clock
from portal.people import open_answers, organisations, roles, seating
from portal.people.errors import ArbiterApart, NeverSeated, SubstituteNeeded, SubstituteSeated, TwoPeopleNeeded
from portal.people.models import Appointment, User
from portal.record import audit

_NEWEST = f"WITH {seating.ELIGIBLE} SELECT seat, holder_id, substitute_id FROM ({seating.NEWEST}) AS n ORDER BY since, seat"  # noqa: S608


@dataclass(frozen=True)
class Filled:
    """Who acts in a seat; `as_substitute` is shown wherever they do."""

    seat: str
    person: User
    as_substitute: bool


@transaction.atomic
def appoint(seat: str, holder: User, *, actor: Any, substitute: User | None = None) -> Appointment:
    """Fill `seat` without a second person: by the portal itself (`actor` None: the demo, a restore), or by whoever sets the
    organisation up, until it is set up. From then on two people do it: raises TwoPeopleNeeded. Otherwise as `place`."""
    _check_alone(actor)
    return place(seat, holder, actor=actor, substitute=substitute)


@transaction.atomic
def vacate(seat: str, *, actor: Any) -> Appointment | None:
    """Leave `seat` vacant without a second person, when `appoint` may fill it so. Raises TwoPeopleNeeded. Otherwise as `clear`."""
    _check_alone(actor)
    return clear(seat, actor=actor)


@transaction.atomic
def place(seat: str, holder: User, *, actor: Any, substitute: User | None = None) -> Appointment:
    """Let `holder` sit in `seat` in place of whoever did; open answers of the former one are void. For `appoint` and
    `proposals` alone. Raises NeverSeated, SubstituteNeeded, SubstituteSeated or ArbiterApart."""
    lock_seats()
    check(seat, holder, substitute)
    with watched(actor=actor):
        moment = clock.now()
        Appointment.objects.filter(seat=seat, ended_at=None).update(ended_at=moment)
        appointment = Appointment.objects.create(seat=seat, holder=holder, substitute=substitute, since=moment)
        audit.record(actor, "user.appointed", holder, {"seat": seat, "substitute": substitute.pk if substitute else None})
    return appointment


@transaction.atomic
def clear(seat: str, *, actor: Any) -> Appointment | None:
    """End the appointment of `seat`; its substitute stands in from now on. Nothing happens to a vacant one. For `vacate` and
    `proposals` alone."""
    lock_seats()
    appointment = Appointment.objects.filter(seat=seat, ended_at=None).select_related("holder").first()
    if appointment is None:
        return None
    with watched(actor=actor):
        appointment.ended_at = clock.now()
        appointment.save(update_fields=["ended_at"])
        audit.record(actor, "user.seat_vacated", appointment.holder, {"seat": seat})
    return appointment


def check(seat: str, holder: User, substitute: User | None) -> None:
    """Raises NeverSeated, SubstituteNeeded, SubstituteSeated or ArbiterApart unless these two may be named for `seat` now."""
    for person in filter(None, (holder, substitute)):
        _check_eligible(person)
    open_now = Appointment.objects.filter(ended_at=None).exclude(seat=seat)
    held = set(open_now.filter(holder=holder).values_list("seat", flat=True))
    if held and seating.ARBITER in {seat, *held}:
        raise ArbiterApart
    if held and substitute is None:
        raise SubstituteNeeded
    if substitute is not None and _fills_another(substitute, open_now):
        raise SubstituteSeated


def seat_holder(seat: str) -> Filled | None:
    """Who fills `seat` today, or None."""
    return filled().get(seat)


def filled() -> dict[str, Filled]:
    """Who fills each seat today; a seat that nobody fills is left out. Two queries."""
    found = _filled()
    people = User.objects.in_bulk({who.user_id for who in found.values()})
    return {seat: Filled(seat, people[who.user_id], who.as_substitute) for seat, who in found.items()}


@contextmanager
def watched(*, actor: Any) -> Iterator[None]:
    """Around whatever may change who fills a seat: open answers of those who fill theirs no longer are void."""
    before = _filled()
    yield
    after = _filled()
    for seat, who in before.items():
        if seat not in after or after[seat].user_id != who.user_id:
            open_answers.void(seat, who.user_id, actor=actor)


def lock_seats() -> None:
    """Two appointments, or an appointment and a role, never pass each other: seats are filled one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1129270851, 3)")


def _check_alone(actor: Any) -> None:
    if actor is not None and organisations.is_set_up():
        raise TwoPeopleNeeded


def _filled() -> dict[str, seating.Filled]:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"kept_out": sorted(roles.NEVER_SEATED)})
        return seating.fill(seating.Named(*row) for row in cursor.fetchall())


def _check_eligible(person: User) -> None:
    kept_out = person.role_assignments.filter(ended_at=None, role__in=roles.NEVER_SEATED)
    if person.is_service or not person.is_active or kept_out.exists():
        raise NeverSeated


def _fills_another(substitute: User, open_now) -> bool:
    return open_now.filter(holder=substitute).exclude(seat=seating.ARBITER).exists()
