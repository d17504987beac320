"""What was redacted, held, disposed of and told to auditors."""

from portal.archive.models.disposal import Disposal
from portal.archive.models.head_letter import HeadLetter
from portal.archive.models.legal_hold import LegalHold
from portal.archive.models.redaction import Redaction

__all__ = ["Disposal", "HeadLetter", "LegalHold", "Redaction"]
