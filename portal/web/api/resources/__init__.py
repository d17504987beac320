"""Resources of the ground floor: organisation, units, users, audit entries."""

from portal.web.api.resources import audit_entries, organisation, units, users

__all__ = ["audit_entries", "organisation", "units", "users"]
