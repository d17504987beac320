"""Who speaks for which office about an initiative: the owner's side for IT, the CISO's office for security."""

from typing import Any

from governance.change.models import Initiative
from portal.people import aides, appointments
from portal.people.models import Appointment, User
from portal.people.reach import grants
from risks.models import Office

SEAT = {Office.IT: "CIO", Office.SECURITY: "CISO"}
SEATS = {seat: office for office, seat in SEAT.items()}


def voice(user: Any, initiative: Initiative) -> Office | None:
    """The one office for which `user` speaks, or None. Whoever owns or pays for it never speaks for security, not even the CISO.
    No query but for whom it names to speak for security."""
    if user.pk in (initiative.owner_id, initiative.sponsor_id) and not user.is_service:
        return Office.IT
    held = grants(user)
    for seat, office in SEATS.items():
        if seat in held.seats:
            return office
    if user.is_service:
        return None
    if user.pk == initiative.security_lead_id:
        return Office.SECURITY if may_lead(user) else None
    ciso = held.holder_of("CISO")
    return Office.SECURITY if ciso is not None and user.reports_to_id == ciso else None


def may_lead(person: User) -> bool:
    """Whether `person` can be named to speak for security: the CISO, who reports to, stands in for or prepares for them."""
    ciso = grants(person).holder_of("CISO")
    if ciso is not None and ciso in (person.pk, person.reports_to_id):
        return True
    stands_in = Appointment.objects.filter(seat="CISO", substitute=person.pk, ended_at=None)
    return stands_in.exists() or aides.current().filter(user=person.pk, role="PREPARER", for_seat="CISO").exists()


def security_office() -> frozenset[int]:
    """The CISO and who reports to them. Two queries."""
    ciso = appointments.seat_holder("CISO")
    if ciso is None:
        return frozenset()
    reports = User.objects.filter(reports_to=ciso.person, is_active=True, is_service=False).values_list("pk", flat=True)
    return frozenset({ciso.person.pk, *reports})


def leaders(initiative: Initiative, *, lead_first: bool = False) -> dict[Office, User]:
    """Who is asked for each office: who fills the seat, else the owner for IT and who speaks for security. A CISO who owns or
    pays for it is asked for security only where nobody else is named, and has somebody else named."""
    filled = appointments.filled()
    people = {office: filled[seat].person for office, seat in SEAT.items() if seat in filled}
    people.setdefault(Office.IT, initiative.owner)
    lead, ciso = initiative.security_lead, people.get(Office.SECURITY)
    if lead is not None and (lead_first or ciso is None or ciso.pk in (initiative.owner_id, initiative.sponsor_id)):
        people[Office.SECURITY] = lead
    return people


def other(office: str) -> Office:
    return Office.SECURITY if office == Office.IT else Office.IT
