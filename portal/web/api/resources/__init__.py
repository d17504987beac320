"""Resources of the ground floor: organisation, units, users, roles, seats, delegations, departures, audit entries."""

from portal.web.api.resources import (
    appointments,
    audit_entries,
    delegations,
    departures,
    organisation,
    role_assignments,
    units,
    users,
)

__all__ = [
    "appointments",
    "audit_entries",
    "delegations",
    "departures",
    "organisation",
    "role_assignments",
    "units",
    "users",
]
