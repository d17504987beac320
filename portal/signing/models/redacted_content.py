"""What was signed, once words of it were taken away."""

from django.db import models

from portal import clock
from portal.history import APPEND_ONLY
from portal.signing.models.signature import SignedContent


class RedactedContent(models.Model):
    """A subject that said `before`, which somebody had signed, says `after` since a redaction took words away, and nothing else
    changed: what was signed stays signed. Written by the owner's function alone."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    before = models.ForeignKey(SignedContent, on_delete=models.PROTECT, related_name="+")
    after = models.CharField(max_length=64)  # digest
    redaction_id = models.BigIntegerField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        triggers = APPEND_ONLY
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="redacted_content_of_a_subject")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} {self.before_id[:12]} {self.after[:12]}"
