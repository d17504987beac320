"""What was asked of which offices, what they answered, and over which content."""

from portal.signing.models.signature import Signature, SignedContent, SignedOff, VoidedSignature
from portal.signing.models.signature_request import SignatureRequest

__all__ = ["Signature", "SignatureRequest", "SignedContent", "SignedOff", "VoidedSignature"]
