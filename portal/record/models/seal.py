"""The place of an entry in the one order of everything."""

from django.db import models

from portal.history import APPEND_ONLY
from portal.record.models.audit_entry import AuditEntry


class Seal(models.Model):
    """`seq` without gaps, and the hash that chains the entry to all before it (hex SHA-256). Written by `seal_entries()` only."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["sealed_at"], name="seals_by_moment")]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"
