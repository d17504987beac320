"""Where the log stood at the end of a day."""

from django.db import models

from portal import clock
from portal.history import APPEND_ONLY


class DayHead(models.Model):
    """The last seal of `day` in the organisation's zone: what auditors are mailed, so that the past cannot be chained anew."""

    day = models.DateField(unique=True)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    noted_at = models.DateTimeField(default=clock.now)

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.day} {self.seq} {self.hash[:12]}"
