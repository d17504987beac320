"""Resources of the ground floor: organisation, units, users, seats, delegations, audit entries."""

from portal.web.api.resources import appointments, audit_entries, delegations, organisation, units, users

__all__ = ["appointments", "audit_entries", "delegations", "organisation", "units", "users"]
