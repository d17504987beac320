"""Who speaks for which office about an initiative: the owner's side for IT, the CISO's office for security."""

from typing import Any

from governance.change.models import Initiative
from portal.people import appointments
from portal.people.models import User
from portal.people.reach import grants
from risks.models import Office

SEAT = {Office.IT: "CIO", Office.SECURITY: "CISO"}
SEATS = {seat: office for office, seat in SEAT.items()}


def voice(user: Any, initiative: Initiative) -> Office | None:
    """The one office for which `user` speaks, or None. Whoever owns or pays for it never speaks for security. No query."""
    held = grants(user)
    for seat, office in SEATS.items():
        if seat in held.seats:
            return office
    if user.is_service:
        return None
    if user.pk in (initiative.owner_id, initiative.sponsor_id):
        return Office.IT
    if user.pk == initiative.security_lead_id:
        return Office.SECURITY
    ciso = held.holder_of("CISO")
    return Office.SECURITY if ciso is not None and user.reports_to_id == ciso else None


def security_office() -> frozenset[int]:
    """The CISO and who reports to them. Two queries."""
    ciso = appointments.seat_holder("CISO")
    if ciso is None:
        return frozenset()
    reports = User.objects.filter(reports_to=ciso.person, is_active=True, is_service=False).values_list("pk", flat=True)
    return frozenset({ciso.person.pk, *reports})


def leaders(initiative: Initiative) -> dict[Office, User]:
    """Who is asked for each office: who fills the seat, else the owner for IT and who speaks for security."""
    filled = appointments.filled()
    people = {office: filled[seat].person for office, seat in SEAT.items() if seat in filled}
    people.setdefault(Office.IT, initiative.owner)
    if initiative.security_lead is not None:
        people.setdefault(Office.SECURITY, initiative.security_lead)
    return people


def other(office: str) -> Office:
    return Office.SECURITY if office == Office.IT else Office.IT
