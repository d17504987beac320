"""Every number a pack may show, as it stood at one sealed moment."""

from django.conf import settings
from django.db import models

from portal import clock
from portal.history import APPEND_ONLY


class FrozenNumbers(models.Model):
    """What was known of one part of the organisation at `seal_seq`: `values` by source, as `pack_numbers` reads them. Any number
    of packs are made from one row, and no row is ever changed."""

    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    period_from = models.DateField()
    period_to = models.DateField()
    values = models.JSONField()
    seal_seq = models.BigIntegerField()
    seal_hash = models.CharField(max_length=64)
    as_of = models.DateTimeField(default=clock.now)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.unit_id} {self.seal_seq} {self.seal_hash[:12]}"
