"""Two rows that told of one thing, made one."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal import clock
from portal.history import tracked


@tracked(exclude=["moves"])
class Merge(models.Model):
    """`merged` goes on in `survivor`; both keep their rows and histories. `moves` say what was moved, so that it can be undone
    while nobody touched either since."""

    kind = models.CharField(max_length=40)  # of portal.subjects
    survivor_id = models.BigIntegerField()
    merged_id = models.BigIntegerField()
    moves = models.JSONField(default=list)  # portal.talk.moves: keys, days and states
    last_entry = models.BigIntegerField(default=0)  # the newest audit entry when it was done
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(default=clock.now)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)  # undone

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "merged_id"], condition=Q(ended_at=None), name="a_row_is_merged_once"),
            models.CheckConstraint(condition=~Q(survivor_id=models.F("merged_id")), name="nothing_merges_into_itself"),
        ]
        indexes = [models.Index(fields=["kind", "survivor_id"], name="merges_into_a_row")]

    def __str__(self) -> str:
        return f"{self.kind} {self.merged_id} → {self.survivor_id}"
