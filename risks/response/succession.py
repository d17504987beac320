"""When somebody leaves: incidents, plans and exercises pass to a successor, but never open to one what they may not see."""

from typing import Any

from portal.people import appointments
from portal.people.models import User
from risks.errors import NobodyMayRead

LEADERS = ("CISO", "CIO")


def taker(row: Any, successor: User, *, actor: Any) -> User:
    """`successor` where they, or whoever hands over, may open `row`; else a leader. Raises NobodyMayRead."""
    rows = type(row)._default_manager
    if any(person is not None and rows.visible_to(person).filter(pk=row.pk).exists() for person in (successor, actor)):
        return successor
    filled = [found.person for seat in LEADERS if (found := appointments.seat_holder(seat)) is not None]
    if not filled:
        raise NobodyMayRead
    return filled[0]
