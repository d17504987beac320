"""Somebody leaves: everything they own, sign or wait for passes on in one confirmed step, then their account closes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from portal.errors import Invalid
from portal.people import accounts, announcements, appointments, holdings, standing
from portal.people.errors import MovedOn, NotYoursToHandOver, OwnAccount, StillHolds
from portal.people.holdings import Way
from portal.people.models import Departure, User
from portal.record import audit

HAND_OVER = "people.hand_over"
LEFT = "departure.made"
LEFT_BEHIND = "user.left_behind"  # the news


@dataclass(frozen=True)
class Choices:
    """Who takes what: by group, and for single rows (group, id) somebody else; `let_end` names groups that may end."""

    by_group: Mapping[str, User] = field(default_factory=dict)
    by_row: Mapping[tuple[str, int], User] = field(default_factory=dict)
    let_end: frozenset[str] = frozenset()

    def for_row(self, key: str, pk: int) -> User | None:
        return self.by_row.get((key, pk)) or self.by_group.get(key)


def people_for(actor: User):
    """Whose leaving `actor` may arrange: an administrator everybody's, others that of the people in their line; never one's own.
    Whose account is closed already may have left things behind."""
    everybody = User.objects.filter(is_service=False).exclude(pk=actor.pk)
    return everybody if actor.has_perm(HAND_OVER) else everybody.filter(pk__in=_below(actor))


@dataclass(frozen=True)
class Preview:
    """What somebody holds, as one actor sees it, what must be settled before they can leave, and the `state` that a hand-over
    names."""

    held: Sequence[holdings.Held]
    obstacles: Sequence[str]
    state: str


def preview(person: User, actor: User) -> Preview:
    """What a hand-over would pass on."""
    held, known = holdings.seen(person, actor)
    return Preview(held, obstacles(person), _digest(known))


def state_of(person: User) -> str:
    """A digest of what `person` holds: a hand-over names the one that was on the screen."""
    return _digest(holdings.ids(person))


def _digest(known: Mapping[str, Sequence[int]]) -> str:
    """Under the portal's key: what it stands for names things that the reader may not know of."""
    return salted_hmac("concord.leaving", json.dumps(known, sort_keys=True), algorithm="sha256").hexdigest()


def obstacles(person: User) -> list[str]:
    """What must be settled by two people, or by somebody else, before `person` can leave; in sentences."""
    stands, found = standing.of(person), []
    if stands.is_seated:
        found.append(_("They fill a seat or stand in for one. Two people change that first: propose it on the page of the seats."))
    if stands.is_proposed:
        found.append(_("A change of a seat that waits names them. Settle it first."))
    if stands.is_last_administrator:
        found.append(_("They are the only administrator. Give somebody else that role first."))
    return found


@transaction.atomic
def hand_over(person: User, choices: Choices, *, actor: User, state: str) -> Departure:
    """Pass on everything `person` holds and close their account, where it is open: all of it or nothing.

    Raises OwnAccount, NotYoursToHandOver, StillSeated, LastAdministrator, MovedOn where `state` is not the present one,
    Invalid by group, and whatever the verbs of the apps refuse.
    """
    appointments.lock_seats()
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    _check(person, actor)
    if state != state_of(person):
        raise MovedOn(_("What this person holds changed while you chose. Look at it again, then hand it over."))
    _check_choices(person, choices)
    passed: dict[str, dict[str, int]] = {}
    for group in holdings.groups():
        _pass_on(group, person, choices, actor, passed.setdefault(group.key, {}))
    passed = {key: parts for key, parts in passed.items() if parts}
    successors = sorted({int(pk) for parts in passed.values() for pk in parts if pk})
    if person.is_active:
        accounts.close(person, actor=actor)
    departure = Departure.objects.create(person=person, handed_over_by=actor, passed=passed, successors=successors)
    audit.record(actor, LEFT, departure, {"person": person.pk, "passed": passed})
    announcements.tell(departure, LEFT, {*successors, person.reports_to_id} - {actor.pk, person.pk, None})
    return departure


@transaction.atomic
def close(person: User, *, actor: Any, leave_behind: bool = False) -> User:
    """Close an account and hand nothing over. Raises StillHolds, which says what would wait for nobody, unless they `leave_behind`
    all of it; then every other administrator hears of it. Otherwise as `accounts.close`."""
    left = [] if person.is_service else _left_behind(person)
    if left and not leave_behind:
        told = ", ".join(_("%(what)s (%(count)d)") % {"what": group.label, "count": count} for group, count in left)
        raise StillHolds(_("They still hold: %(what)s. Hand it over, or leave it behind on purpose.") % {"what": told})
    accounts.close(person, actor=actor)
    if left:
        admins = standing.administrators().exclude(user=actor).values_list("user", flat=True)
        announcements.tell(person, LEFT_BEHIND, admins, {"count": sum(count for _group, count in left)})
    return person


def _left_behind(person: User) -> list[tuple[holdings.Group, int]]:
    """What needs somebody in their place, and how much of it. One query."""
    known = holdings.ids(person)
    groups = [group for group in holdings.groups() if group.way is Way.SUCCESSOR]
    return [(group, len(known[group.key])) for group in groups if known[group.key]]


def _pass_on(group: holdings.Group, person: User, choices: Choices, actor: User, parts: dict[str, int]) -> None:
    if group.way is Way.TWO_PEOPLE or group.pass_on is None or (group.way is Way.ASK and group.key not in choices.let_end):
        return
    for row in list(group.rows(person).order_by("pk")):
        chosen = choices.for_row(group.key, row.pk) if group.way in (Way.SUCCESSOR, Way.OFFER) else None
        took = group.pass_on(row, person=person, successor=chosen, actor=actor) or chosen
        name = str(took.pk) if took is not None else ""
        parts[name] = parts.get(name, 0) + 1


def _check(person: User, actor: User) -> None:
    if person.pk == actor.pk:
        raise OwnAccount
    if not people_for(actor).filter(pk=person.pk).exists():
        raise NotYoursToHandOver
    standing.check_may_close(person)


def _check_choices(person: User, choices: Choices) -> None:
    fields: dict[str, list[str]] = {}
    for group in holdings.groups():
        chosen = choices.by_group.get(group.key)
        if group.way is Way.SUCCESSOR and chosen is None and not _each_row_chosen(group, person, choices):
            fields[group.key] = [_("Choose who takes these over.")]
    everybody = {(key, None): user for key, user in choices.by_group.items()} | dict(choices.by_row)
    for (key, _pk), user in everybody.items():
        if user.pk == person.pk or not user.is_active or user.is_service:
            fields[key] = [_("Choose somebody else who works here.")]
    if fields:
        raise Invalid(_("Not everything has somebody who takes it over."), fields)


def _each_row_chosen(group: holdings.Group, person: User, choices: Choices) -> bool:
    return all((group.key, pk) in choices.by_row for pk in group.rows(person).values_list("pk", flat=True))


_BELOW = """
    WITH RECURSIVE below AS (
        SELECT id FROM people_user WHERE reports_to_id = %s
        UNION SELECT u.id FROM people_user u JOIN below ON u.reports_to_id = below.id
    ) SELECT id FROM below
"""


def _below(actor: User) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, [actor.pk])
        return [pk for (pk,) in cursor.fetchall()]
