"""What the directory may do here: take people in, close and open their accounts, say who is in which group."""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal import clock, turns
from portal.errors import Invalid
from portal.people import accounts, leaving
from portal.people.errors import EmailTaken
from portal.people.models import Unit, User
from portal.people.reach import read_grants
from portal.record import audit
from portal.sign_on import role_rules
from portal.sign_on.errors import KnownToTheDirectory, NotForTheDirectory
from portal.sign_on.models import DirectoryGroup, DirectoryPerson, GivenRole

MAY = "sign_on.keep_directory"
Said = Mapping[str, Any]


@transaction.atomic
def take_in(said: Said, *, actor: Any) -> DirectoryPerson:
    """Keep whoever `said` is of. An account of that address is taken over, else one is made, which has no password; where no
    address is said there is none yet.

    Raises KnownToTheDirectory, and Invalid for what no account can be made of.
    """
    _demand(actor)
    take_turn()
    _check_user_name(said)
    person = DirectoryPerson(said=dict(said), external_id=said.get("externalId") or "")
    _give_account(person, actor)
    person.save()
    return person


@transaction.atomic
def say(person: DirectoryPerson, said: Said, *, actor: Any) -> DirectoryPerson:
    """From now on the directory says `said` of them: name, address, and whether the account is open. Where it says no address
    any more, the account keeps the one it has.

    Raises KnownToTheDirectory, EmailTaken, Invalid, and NotForTheDirectory where it would shut out or readdress whoever fills a
    seat or administers.
    """
    _demand(actor)
    take_turn()
    _check_user_name(said, but=person)
    person = DirectoryPerson.objects.select_for_update(of=("self",)).select_related("user").get(pk=person.pk)
    before = person.said
    person.said, person.external_id, person.changed_at = dict(said), said.get("externalId") or "", clock.now()
    user, email, name = person.user, address_of(said), name_of(said)
    if user is None:
        _give_account(person, actor)
    else:
        if email and user.email.lower() != email:
            _readdress(user, email, actor)
        if name and user.name != name:
            accounts.describe(user, name=name, language=user.language, time_zone=user.time_zone, actor=actor)
        if not _is_active(said):
            _shut(user, actor)
        elif not _is_active(before):  # it had closed the account itself; what an administrator closed stays closed
            _open(user, actor)
    person.save()
    if user is None and person.user is not None:
        _follow([person.pk])
    return person


@transaction.atomic
def drop(person: DirectoryPerson, *, actor: Any) -> None:
    """The directory knows them no more: the account closes and stays on record, its groups give it nothing any more."""
    _demand(actor)
    user = person.user
    if user is not None:
        _shut(user, actor)
        role_rules.follow(user, [], GivenRole.Source.DIRECTORY)
        audit.record(actor, "user.directory_dropped", user)
    person.groups.clear()
    person.delete()


@transaction.atomic
def make_group(name: str, members: Iterable[int], *, external_id: str = "", actor: Any) -> DirectoryGroup:
    """A group with these members. Raises KnownToTheDirectory, Invalid."""
    _demand(actor)
    take_turn()
    _check_name(name)
    group = DirectoryGroup.objects.create(name=name, external_id=external_id)
    audit.record(actor, "directory-group.made", group, {"members": _set_members(group, members)})
    return group


@transaction.atomic
def say_group(group: DirectoryGroup, name: str, members: Iterable[int], *, external_id: str = "", actor: Any) -> DirectoryGroup:
    """Another name, other members: the roles of whoever that touches follow at once. Raises KnownToTheDirectory, Invalid."""
    _demand(actor)
    take_turn()
    group = DirectoryGroup.objects.select_for_update().get(pk=group.pk)
    _check_name(name, but=group)
    renamed, group.name = group.name != name, name
    group.external_id, group.changed_at = external_id, clock.now()
    group.save()
    audit.record(actor, "directory-group.changed", group, {"members": _set_members(group, members, everybody=renamed)})
    return group


@transaction.atomic
def drop_group(group: DirectoryGroup, *, actor: Any) -> None:
    """The group is gone, and with it what it gave."""
    _demand(actor)
    _set_members(group, [])
    audit.record(actor, "directory-group.dropped", group)
    group.delete()


def people() -> QuerySet[DirectoryPerson]:
    """Whom the directory keeps, with account and groups."""
    return DirectoryPerson.objects.select_related("user").prefetch_related("groups").order_by("pk")


def groups() -> QuerySet[DirectoryGroup]:
    """What it groups them by, with who is in it."""
    return DirectoryGroup.objects.prefetch_related("members").order_by("pk")


def take_turn() -> None:
    """Until the transaction ends, nobody else writes what the directory says: names are there once, and whoever changes a part
    reads the whole first."""
    turns.wait_for("directory")


def address_of(said: Said) -> str:
    """The address of the account: the one that is marked as primary, else the first of work, else the first, else the user's name
    there where it is one; "" where there is none."""
    emails = said.get("emails") or []
    ranked = sorted(emails, key=lambda one: (not one.get("primary"), one.get("type") != "work"))
    for told in (*(one.get("value") for one in ranked), said.get("userName")):
        email = str(told or "").strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            continue
        return email
    return ""


def name_of(said: Said) -> str:
    """What others know the person by."""
    name = said.get("name") or {}
    parts = " ".join(filter(None, (name.get("givenName"), name.get("familyName"))))
    return " ".join((said.get("displayName") or name.get("formatted") or parts or said.get("userName") or "").split())[:200]


def _give_account(person: DirectoryPerson, actor: Any) -> None:
    email = address_of(person.said)
    if not email:
        return
    user = User.objects.select_for_update(of=("self",)).filter(email__iexact=email).first()
    if user is not None and (user.is_service or DirectoryPerson.objects.filter(user=user).exists()):
        raise KnownToTheDirectory
    if user is None:
        unit = Unit.objects.filter(parent=None, archived_at=None).first()
        user = accounts.make(email, name_of(person.said), unit=unit, actor=actor)
    person.user = user
    audit.record(actor, "user.directory_took_in", user)
    (_open if _is_active(person.said) else _shut)(user, actor)


def _is_active(said: Said) -> bool:
    return said.get("active") is not False


def _shut(user: User, actor: Any) -> None:
    if user.is_active:
        _ordinary(user)
        leaving.close(user, actor=actor, leave_behind=True)  # administrators hear of what waits for somebody


def _open(user: User, actor: Any) -> None:
    if not user.is_active:
        _ordinary(user)
        accounts.reopen(user, actor=actor)


def _readdress(user: User, email: str, actor: Any) -> None:
    _ordinary(user)
    if User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        raise EmailTaken
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    audit.record(actor, "user.readdressed", user)


def _ordinary(user: User) -> None:
    """Raises NotForTheDirectory: a token of the directory must not lock out whoever governs, let them in again, nor reset their
    password."""
    read_grants([user])
    if user._grants.needs_factor or user._grants.seats:
        raise NotForTheDirectory


def _set_members(group: DirectoryGroup, members: Iterable[int], *, everybody: bool = False) -> int:
    before, after = set(group.members.values_list("pk", flat=True)), set(members)
    if DirectoryPerson.objects.filter(pk__in=after).count() < len(after):
        raise Invalid(_("A member of this group is nobody that the directory keeps here."), {"members": []})
    group.members.set(after)
    _follow(before | after if everybody else before ^ after)
    return len(after)


def _follow(touched: Iterable[int]) -> None:
    people = DirectoryPerson.objects.filter(pk__in=touched).exclude(user=None)
    for person in people.select_related("user").prefetch_related("groups").order_by("pk"):
        role_rules.follow(person.user, [one.name for one in person.groups.all()], GivenRole.Source.DIRECTORY)


def _check_name(name: str, *, but: DirectoryGroup | None = None) -> None:
    if not 1 <= len(name.strip()) <= 200:
        raise Invalid(_("Name the group in at most 200 letters."), {"displayName": []})
    if DirectoryGroup.objects.filter(name__iexact=name).exclude(pk=but and but.pk).exists():
        raise KnownToTheDirectory


def _check_user_name(said: Said, *, but: DirectoryPerson | None = None) -> None:
    if DirectoryPerson.objects.filter(said__userName__iexact=said.get("userName", "")).exclude(pk=but and but.pk).exists():
        raise KnownToTheDirectory


def _demand(actor: Any) -> None:
    if not actor.has_perm(MAY):
        raise PermissionDenied
