"""What subjects said when a day began."""

from django.db import models

from portal import clock
from portal.history import APPEND_ONLY


class KeptMoment(models.Model):
    """The beginning of a day: the seal at which the record stood when every kind wrote down what had changed since the last one."""

    day = models.DateField(unique=True)  # in the organisation's zone
    seal_seq = models.BigIntegerField()
    seal_hash = models.CharField(max_length=64, blank=True)
    kept_at = models.DateTimeField(default=clock.now)

    class Meta:
        triggers = APPEND_ONLY
        ordering = ["day"]
        indexes = [models.Index(fields=["kept_at"], name="kept_by_moment")]

    def __str__(self) -> str:
        return f"{self.day} {self.seal_seq}"


class KeptLine(models.Model):
    """One subject as it stood at a kept moment, written only where it differs from its line before. Keys, numbers and days alone:
    the words stand in the version of the row that `facts` names by `row`, where a redaction finds them."""

    moment = models.ForeignKey(KeptMoment, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    facts = models.JSONField()

    class Meta:
        triggers = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id", "moment"], name="one_kept_line_a_moment")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
