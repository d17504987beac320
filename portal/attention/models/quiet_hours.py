"""When a person wants no mail."""

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.history import tracked
from portal.people.access import Grants, VisibleQuerySet


@tracked()
class QuietHours(models.Model):
    """No digest goes out to `person` from `starts_at` until `ends_at`, by their own clock; it may reach over midnight."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="quiet_hours")
    starts_at = models.TimeField(null=True, blank=True)  # null with the other: mail at any hour
    ends_at = models.TimeField(null=True, blank=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False) & ~Q(starts_at=F("ends_at")),
                name="quiet_hours_end",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_at}–{self.ends_at}"

    @classmethod
    def visibility(cls, grants: Grants) -> Q:
        """One's own."""
        return Q(person=grants.user_id)

    def covers(self, moment: time) -> bool:
        if self.starts_at is None or self.ends_at is None:
            return False
        if self.starts_at < self.ends_at:
            return self.starts_at <= moment < self.ends_at
        return moment >= self.starts_at or moment < self.ends_at
