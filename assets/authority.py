"""Who may change what stands in which unit; every verb of this app asks here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from assets.errors import OutOfReach
from portal.people import access
from portal.people.models import Unit


def require(actor: Any, permission: str, *units: Unit) -> None:
    """PermissionDenied without the permission, OutOfReach where a unit lies outside of the actor's; None is the portal itself."""
    if actor is None:
        return
    if not actor.has_perm(permission):
        raise PermissionDenied
    grants = access.grants(actor)
    for unit in units:
        if not grants.reaches(unit.path):
            raise OutOfReach(unit)


def units(user: Any) -> QuerySet[Unit]:
    """The units that `user` works for, in the order of the organisation."""
    grants = access.grants(user)
    found = Unit.objects.filter(archived_at=None)
    if grants.everywhere:
        return found
    reach = Q(pk__in=())
    for path in grants.unit_paths:
        reach |= Q(path__startswith=path)
    return found.filter(reach)
