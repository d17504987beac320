"""What was asked of which offices, what they answered, and over which content."""

from portal.signing.models.redacted_content import RedactedContent
from portal.signing.models.signature import Signature, SignedContent, SignedOff, VoidedSignature
from portal.signing.models.signature_request import SignatureRequest

__all__ = ["RedactedContent", "Signature", "SignatureRequest", "SignedContent", "SignedOff", "VoidedSignature"]
