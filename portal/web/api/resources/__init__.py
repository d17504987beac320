"""Resources of the ground floor: units, users, audit entries."""

from portal.web.api.resources import audit_entries, units, users

__all__ = ["audit_entries", "units", "users"]
