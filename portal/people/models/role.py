"""Which role a person has, and where."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked
from portal.people.models.appointment import Appointment
from portal.people.reach import Grants, VisibleQuerySet


@tracked()
class RoleAssignment(models.Model):
    """`user` acts in `role` for `unit` and everything below it, until `ended_at`."""

    class Role(models.TextChoices):
        PREPARER = "PREPARER", _("Preparer")
        COUNSEL = "COUNSEL", _("Counsel")
        BOARD = "BOARD", _("Board member")
        ANALYST = "ANALYST", _("Analyst")
        OWNER = "OWNER", _("Owner")
        HEAD = "HEAD", _("Department head")
        ENGINEER = "ENGINEER", _("Asset engineer")
        COLLEAGUE = "COLLEAGUE", _("Colleague")
        AUDITOR = "AUDITOR", _("Auditor")
        ADMIN = "ADMIN", _("Administrator")
        INTEGRATION = "INTEGRATION", _("Integration")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.CharField(max_length=12, choices=Role)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="role_assignments")
    for_seat = models.CharField(max_length=8, choices=Appointment.Seat, blank=True)  # a preparer's or counsel's
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "unit", "for_seat"], condition=models.Q(ended_at=None), name="a_role_is_given_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.unit}"

    @classmethod
    def visibility(cls, grants: Grants) -> models.Q:
        """Who acts in which role is known to administrators and auditors, and to oneself; who stands around a seat, to all."""
        if "people.view_access" in grants.permissions:
            return models.Q()
        return models.Q(user=grants.user_id) | ~models.Q(for_seat="") if grants.names else models.Q(pk__in=())
