"""What was redacted, held, disposed of and told to auditors, and what was known when a day began."""

from portal.archive.models.disposal import Disposal
from portal.archive.models.head_letter import HeadLetter
from portal.archive.models.kept import KeptLine, KeptMoment
from portal.archive.models.legal_hold import LegalHold
from portal.archive.models.redaction import Redaction

__all__ = ["Disposal", "HeadLetter", "KeptLine", "KeptMoment", "LegalHold", "Redaction"]
