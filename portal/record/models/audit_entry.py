"""One thing that somebody did."""

from django.conf import settings
from django.db import models

from portal import clock
from portal.history import APPEND_ONLY


class AuditEntry(models.Model):
    """Who did what to which subject. Keys and parameters only: people's words stand in `EntryText`, known here by hash."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")  # null: the portal
    verb = models.CharField(max_length=80)  # "treatment.approved"
    kind = models.CharField(max_length=40)  # a kind of portal.subjects
    subject_id = models.BigIntegerField()
    params = models.JSONField(default=dict)
    text_digest = models.CharField(max_length=64, blank=True)  # hex SHA-256 of the words beside
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=clock.now)  # for people; the order is Seal.seq

    class Meta:
        indexes = [models.Index(fields=["kind", "subject_id", "id"], name="entries_of_a_subject")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.subject_id}"


class EntryText(models.Model):
    """What a person wrote with an entry: beside the chain, so that it can be redacted without breaking it."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, primary_key=True, related_name="words")
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:60]
