"""Doors for integrations; importing this registers the resources."""

from governance.compliance.api import frameworks, mappings, profiles, statements

__all__ = ["frameworks", "mappings", "profiles", "statements"]
