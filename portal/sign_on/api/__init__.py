"""The resources of this room."""

from portal.sign_on.api import identity_providers, role_rules

__all__ = ["identity_providers", "role_rules"]
