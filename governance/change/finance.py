"""Who says what an ended line saves: somebody with the right to it who belongs to neither office."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from governance.change.errors import OfOneOffice
from governance.change.offices import SEATS
from portal.people.models import Unit
from portal.people.reach import grants

CONFIRM = "change.confirm_saving"
Kind = Unit.Kind


def may_confirm(user: Any) -> bool:
    """Two queries at most, and none for whoever lacks the right."""
    return user.has_perm(CONFIRM) and not _is_of_an_office(user)


def check(user: Any) -> None:
    """Raises PermissionDenied without the right to it and for CIO and CISO, OfOneOffice for whoever leads or works for them."""
    if not user.has_perm(CONFIRM) or grants(user).seats & SEATS.keys():
        raise PermissionDenied
    if _is_of_an_office(user):
        raise OfOneOffice


def _is_of_an_office(user: Any) -> bool:
    """Whether `user` is CIO or CISO, reports to one of them, or heads, has a role in or sits in a unit of theirs."""
    held = grants(user)
    leaders = {held.holder_of(seat) for seat in SEATS} - {None}
    if held.seats & SEATS.keys() or user.reports_to_id in leaders:
        return True
    units = _units(leaders) if leaders else []
    if not units:
        return False
    if any(path.startswith(unit) for path in held.unit_paths for unit in units):
        return True
    below = Q(pk__in=())
    for unit in units:
        below |= Q(path__startswith=unit)
    return Unit.objects.filter(below, Q(head=user) | Q(members=user), archived_at=None).exists()


def _units(leaders: set[Any]) -> list[str]:
    """The paths of what CIO and CISO head, and of the departments in which they sit; the company as a whole is of neither."""
    sits = Q(members__in=leaders, kind__in=(Kind.DEPARTMENT, Kind.DIVISION))
    rows = Unit.objects.filter(Q(head__in=leaders) | sits, archived_at=None).exclude(kind=Kind.COMPANY)
    return list(rows.order_by().distinct().values_list("path", flat=True))
