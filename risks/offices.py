"""Who speaks for which office about a risk."""

from dataclasses import dataclass
from typing import Any

from portal.people import appointments
from portal.people.reach import grants
from risks.models import Office, Risk

SEAT = {Office.IT: "CIO", Office.SECURITY: "CISO"}


@dataclass(frozen=True)
class Voice:
    """Somebody who speaks for an office: its leader, the leader's substitute, or the risk's owner on that side."""

    office: Office
    is_leader: bool
    stood_in: bool | None = None  # what is known of it already, from a rating given before

    @property
    def as_substitute(self) -> bool:
        """Whether they stand in for the leader; asked of the seats only where somebody speaks, not where a page is shown."""
        if self.stood_in is not None or not self.is_leader:
            return bool(self.stood_in)
        filled = appointments.seat_holder(SEAT[self.office])
        return filled is not None and filled.as_substitute

    @property
    def office_name(self) -> str:
        return str(self.office.label)


def other(office: Office | str) -> Office:
    return Office.SECURITY if office == Office.IT else Office.IT


def voice(user: Any, risk: Risk) -> Voice | None:
    """For which one office `user` speaks about `risk`, or None. Whoever fills a leader's seat speaks for that office alone;
    whoever owns the risk on both sides speaks for the accountable one."""
    seats = grants(user).seats
    for office, seat in SEAT.items():
        if seat in seats:
            return Voice(office, is_leader=True)
    owners = {Office.IT: risk.it_owner_id, Office.SECURITY: risk.security_owner_id}
    owned = [office for office, owner_id in owners.items() if owner_id == user.pk]
    if not owned:
        return None
    return Voice(Office(risk.accountable) if risk.accountable in owned else owned[0], is_leader=False)
