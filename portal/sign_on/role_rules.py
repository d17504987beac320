"""Groups of the provider or the directory, and the roles that follow from them."""

from collections.abc import Iterable
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import role_assignments
from portal.people.errors import HoldsASeat, LastAdministrator
from portal.people.models import RoleAssignment, Unit, User
from portal.record import audit
from portal.sign_on.errors import RuleThere
from portal.sign_on.models import GivenRole, RoleRule
from portal.sign_on.models.identity_provider import MAY

Role = RoleAssignment.Role
# Administrators are named here, by an administrator; preparers and counsel stand around a seat; a machine has tokens.
NEVER_BY_GROUP = frozenset({Role.ADMIN, Role.INTEGRATION, Role.PREPARER, Role.COUNSEL})
BY_GROUP = [(value, label) for value, label in Role.choices if value not in NEVER_BY_GROUP]

log = structlog.get_logger(__name__)


@transaction.atomic
def add(*, group: str, role: str, unit: Unit, actor: Any) -> RoleRule:
    """Whoever is in `group` acts in `role` for `unit`, from their next sign-in or the next word of the directory on.
    Raises Invalid by field, RuleThere."""
    _demand(actor)
    group = group.strip()
    fields: dict[str, list[str]] = {}
    if not 1 <= len(group) <= 200:
        fields["group"] = [_("Write the group as the provider names it, in at most 200 letters.")]
    if role not in dict(BY_GROUP):
        fields["role"] = [_("This role is given by an administrator alone.")]
    if unit.archived_at is not None:
        fields["unit"] = [_("This unit is closed; choose another one.")]
    if fields:
        raise Invalid(_("This rule cannot be made."), fields)
    if RoleRule.objects.filter(group=group, role=role, unit=unit, archived_at=None).exists():
        raise RuleThere
    rule = RoleRule.objects.create(group=group, role=role, unit=unit, made_by=actor, made_at=clock.now())
    audit.record(actor, "role-rule.made", rule, {"role": role, "unit": unit.pk})
    return rule


@transaction.atomic
def end(rule: RoleRule, *, actor: Any) -> RoleRule:
    """From the next sign-in, or the next word of the directory, on the group gives this role no more."""
    _demand(actor)
    rule = RoleRule.objects.select_for_update().get(pk=rule.pk)
    if rule.archived_at is None:
        rule.archived_at = clock.now()
        rule.save(update_fields=["archived_at"])
        audit.record(actor, "role-rule.ended", rule)
    return rule


def wanted(groups: Iterable[str]) -> list[RoleRule]:
    """The rules that hold for somebody in `groups`, whatever the capitals."""
    names = {name.casefold() for name in groups}
    rules = RoleRule.objects.filter(archived_at=None).select_related("unit").order_by("pk")
    return [rule for rule in rules if rule.group.casefold() in names and rule.unit.archived_at is None]


@transaction.atomic
def follow(user: User, groups: Iterable[str], source: str) -> None:
    """Let `user` have the roles that `groups` give, and end those that `source` gave before and gives no more. What an
    administrator gave by hand stays, and so does the last administrator. A role that keeps out of the seats is not given to whoever
    fills one."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    wished = {(rule.role, rule.unit_id): rule for rule in wanted(groups)}
    held = {(row.role, row.unit_id): row for row in user.role_assignments.filter(ended_at=None, for_seat="")}
    given = {row.assignment_id: row for row in GivenRole.objects.filter(assignment__user=user, source=source)}
    for key, rule in wished.items():
        if key in held:
            known = held[key].pk
            if known not in given and GivenRole.objects.filter(assignment=known).exists():  # the other source's: both hold it
                GivenRole.objects.get_or_create(assignment=held[key], source=source)
            continue
        try:
            made = role_assignments.give(user, rule.role, rule.unit, actor=None)
        except HoldsASeat:
            log.warning("sign_on.role_withheld", user=user.pk, role=rule.role)
            continue
        GivenRole.objects.get_or_create(assignment=made, source=source)
    for key, assignment in held.items():
        row = given.get(assignment.pk)
        if row is None or key in wished:
            continue
        if not GivenRole.objects.filter(assignment=assignment).exclude(pk=row.pk).exists():
            try:
                role_assignments.end(assignment, actor=None)
            except LastAdministrator:
                log.warning("sign_on.last_administrator_kept", user=user.pk)
                continue
        row.delete()
    user._grants = None


def _demand(actor: Any) -> None:
    if not actor.has_perm(MAY):
        raise PermissionDenied
