"""Doors for integrations; importing this registers the resources."""

from governance.compliance.api import audits, frameworks, mappings, practices, profiles, statements

__all__ = ["audits", "frameworks", "mappings", "practices", "profiles", "statements"]
