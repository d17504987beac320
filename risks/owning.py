"""Who may answer for a risk, and for what works against it."""

from django.db.models import Exists, OuterRef, Q

from portal.people import roles
from portal.people.models import Appointment, RoleAssignment, User

OWNING = {name for name, permissions in roles.PERMISSIONS.items() if "risks.change_risk" in permissions}


def owners():
    """People whose seat or role lets them answer for a risk."""
    seat = Appointment.objects.filter(holder=OuterRef("pk"), ended_at=None, seat__in=OWNING)
    role = RoleAssignment.objects.filter(user=OuterRef("pk"), ended_at=None, role__in=OWNING)
    return User.objects.filter(Q(Exists(seat)) | Q(Exists(role)), is_active=True, is_service=False).order_by("name", "pk")
