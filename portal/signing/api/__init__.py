"""The resources of signing."""

from portal.signing.api import signatures

__all__ = ["signatures"]
