"""Doors for integrations; importing this registers the resources."""

from governance.compliance.api import frameworks  # noqa: F401
