"""What was done, in which order, and what it adds up to."""

from portal.record.models.audit_entry import AuditEntry, EntryText
from portal.record.models.day_head import DayHead
from portal.record.models.seal import Seal
from portal.record.models.stored_file import FileChunk, StoredFile
from portal.record.models.total import Total, TotalChange

__all__ = ["AuditEntry", "DayHead", "EntryText", "FileChunk", "Seal", "StoredFile", "Total", "TotalChange"]
