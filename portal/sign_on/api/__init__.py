"""The resources of this room."""

from portal.sign_on.api import directory_groups, identity_providers, role_rules

__all__ = ["directory_groups", "identity_providers", "role_rules"]
