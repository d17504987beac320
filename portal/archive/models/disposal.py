"""What went because its time was over."""

from django.conf import settings
from django.db import models

from portal import clock
from portal.archive.models.by_permission import Kept
from portal.history import APPEND_ONLY


class Disposal(Kept):
    """One run: how many rows of each line of the retention table went, and how many a hold kept back."""

    at = models.DateTimeField(default=clock.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )  # null: the night
    removed = models.JSONField(default=dict)  # {key of the line: rows}
    held = models.JSONField(default=dict)

    class Meta:
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {sum(self.removed.values())}"
