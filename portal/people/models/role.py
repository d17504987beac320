"""Which role a person has, and where."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.history import tracked


@tracked()
class RoleAssignment(models.Model):
    """`user` acts in `role` for `unit` and everything below it, until `ended_at`."""

    class Role(models.TextChoices):
        PREPARER = "PREPARER", _("Preparer")
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
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "unit"], condition=models.Q(ended_at=None), name="a_role_is_given_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.unit}"
