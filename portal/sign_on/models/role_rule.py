"""Which role a group of the identity provider stands for here."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import clock
from portal.people.access import EVERY_ROW, Grants, VisibleQuerySet
from portal.people.models import RoleAssignment
from portal.sign_on.models.identity_provider import MAY


class RoleRule(models.Model):
    """Whoever is in `group` acts in `role` for `unit` and below."""

    group = models.CharField(max_length=200)
    role = models.CharField(max_length=12, choices=RoleAssignment.Role)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "role", "unit"], condition=Q(archived_at=None), name="a_group_gives_a_role_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group} · {self.get_role_display()}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        return EVERY_ROW if MAY in grants.permissions else Q(pk__in=())
