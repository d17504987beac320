"""The position of every part of the organisation as it stood when a day began."""

from django.db import models

from portal import clock
from portal.history import APPEND_ONLY


class KeptPosition(models.Model):
    """Once a day: totals by unit, counts that depend on the day, and how confidential risks count, at one seal of the record.
    What was known then is answered from here for ever; no row is ever changed."""

    day = models.DateField(unique=True)  # in the organisation's zone
    seal_seq = models.BigIntegerField()
    seal_hash = models.CharField(max_length=64, blank=True)
    kept_at = models.DateTimeField(default=clock.now)
    content = models.JSONField()  # as positions_kept.read writes it

    class Meta:
        triggers = APPEND_ONLY
        ordering = ["day"]
        indexes = [models.Index(fields=["kept_at"], name="positions_by_moment")]

    def __str__(self) -> str:
        return f"{self.day} {self.seal_seq}"
