"""Who there is: units, users, what they may do and in which seat they sit, how they come in."""

from portal.people.models.appointment import Appointment
from portal.people.models.appointment_proposal import AppointmentProposal
from portal.people.models.browser_session import BrowserSession
from portal.people.models.delegation import Delegation
from portal.people.models.departure import Departure
from portal.people.models.invitation import Invitation
from portal.people.models.letter import Letter
from portal.people.models.opening import Opening
from portal.people.models.organisation import Organisation
from portal.people.models.role import RoleAssignment
from portal.people.models.token import ServiceToken
from portal.people.models.unit import Unit
from portal.people.models.user import User

__all__ = [
    "Appointment",
    "AppointmentProposal",
    "BrowserSession",
    "Delegation",
    "Departure",
    "Invitation",
    "Letter",
    "Opening",
    "Organisation",
    "RoleAssignment",
    "ServiceToken",
    "Unit",
    "User",
]
