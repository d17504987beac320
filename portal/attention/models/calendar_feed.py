"""The secret address under which a person's calendar program reads what is due."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import clock


class CalendarFeed(models.Model):
    """Only the SHA-256 of the secret is kept; one standing address a person."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)  # hex SHA-256
    created_at = models.DateTimeField(default=clock.now)
    last_read_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person"], condition=Q(revoked_at=None), name="one_calendar_feed_a_person")]

    def __str__(self) -> str:
        return f"{self.person_id} since {self.created_at:%Y-%m-%d}"
