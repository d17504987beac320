"""Resources of the ground floor: organisation, units, users, roles, seats, delegations, departures, holdings, sessions, access,
audit entries, words."""

from portal.web.api.resources import (
    access_reasons,
    appointments,
    audit_entries,
    delegations,
    departures,
    glossary,
    holdings,
    organisation,
    role_assignments,
    sessions,
    units,
    users,
)

__all__ = [
    "access_reasons",
    "appointments",
    "audit_entries",
    "delegations",
    "departures",
    "glossary",
    "holdings",
    "organisation",
    "role_assignments",
    "sessions",
    "units",
    "users",
]
