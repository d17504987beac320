"""Files in Postgres, so that several hosts share them and one backup holds all."""

import uuid6
from django.conf import settings
from django.db import models

from portal import clock


class StoredFile(models.Model):
    """Name, size [bytes] and SHA-256 of a file; its bytes are the chunks in order."""

    id = models.UUIDField(primary_key=True, default=uuid6.uuid7, editable=False)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    subject_kind = models.CharField(max_length=40, blank=True)  # whose readers may fetch it; empty: nobody by an address
    subject_id = models.BigIntegerField(null=True)
    archived_at = models.DateTimeField(null=True, blank=True)  # no longer among the files of its subject, still to be fetched
    archived_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    gone_on = models.DateField(null=True, blank=True)  # work files go after 30 days; null: kept

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="files_of_a_subject")]

    def __str__(self) -> str:
        return self.name


class FileChunk(models.Model):
    """At most 1 MB of a file."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_chunk_a_place")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.number}"
