"""What must not go while a matter is open."""

from django.conf import settings
from django.db import models

from portal import clock
from portal.archive.models.by_permission import Kept
from portal.history import tracked


@tracked()
class LegalHold(Kept):
    """A named matter that stops disposal and redaction of what it covers, until it is lifted.

    `kinds` are kinds of subjects or lines of the retention table, `subjects` single ones as [kind, id]; with neither it covers
    everything. `covers_from` and `covers_to` bound the days that matter, both included.
    """

    matter = models.CharField(max_length=120)
    reason = models.TextField()
    kinds = models.JSONField(default=list)
    subjects = models.JSONField(default=list)
    covers_from = models.DateField(null=True)
    covers_to = models.DateField(null=True)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=clock.now)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifting_reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.matter

    @property
    def covers_everything(self) -> bool:
        return not self.kinds and not self.subjects
