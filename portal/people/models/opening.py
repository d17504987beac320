"""How the very first person comes in."""

from django.conf import settings
from django.db import models

from portal import clock


class Opening(models.Model):
    """A link to an empty portal: good once, for a day, and only while nobody lives here. Only its SHA-256 is stored."""

    digest = models.CharField(max_length=64, unique=True)  # hex
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"
