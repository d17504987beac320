"""Who sits where, as people read it: each seat with its holder, substitute, aides, delegate, and what is proposed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.people import aides, appointments, delegations
from portal.people.models import Appointment, AppointmentProposal, Delegation, RoleAssignment

HISTORY = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One seat today."""

    seat: str
    label: str
    appointment: Appointment | None
    filled: appointments.Filled | None
    delegation: Delegation | None = None
    proposal: AppointmentProposal | None = None
    aides: Sequence[RoleAssignment] = field(default_factory=list)


def rows_for(user: Any) -> list[Row]:
    """All four seats, whatever of them `user` may see. A constant number of queries."""
    open_now = {row.seat: row for row in Appointment.objects.visible_to(user).filter(ended_at=None).select_related(*_NAMES)}
    filled = appointments.filled()
    acting = delegations.acting_for(who.person.pk for who in filled.values())
    waiting = AppointmentProposal.objects.visible_to(user).open().select_related(*_NAMES, "proposed_by")
    proposed = {row.seat: row for row in waiting}
    around: dict[str, list[RoleAssignment]] = {}
    for row in aides.current().order_by("role", "user__name"):
        around.setdefault(row.for_seat, []).append(row)
    return [
        Row(
            seat=seat,
            label=str(label),
            appointment=open_now.get(seat),
            filled=filled.get(seat),
            delegation=acting.get(filled[seat].person.pk) if seat in filled else None,
            proposal=proposed.get(seat),
            aides=around.get(seat, []),
        )
        for seat, label in Appointment.Seat.choices
    ]


def former(user: Any) -> list[Appointment]:
    """The last appointments that ended, newest first."""
    ended = Appointment.objects.visible_to(user).exclude(ended_at=None).select_related(*_NAMES)
    return list(ended.order_by("-ended_at", "-pk")[:HISTORY])


def settled(user: Any) -> list[AppointmentProposal]:
    """The last proposals that were settled, newest first."""
    rows = AppointmentProposal.objects.visible_to(user).exclude(pk__in=AppointmentProposal.objects.open().values("pk"))
    return list(rows.select_related(*_NAMES, "proposed_by", "settled_by").order_by("-settled_at", "-pk")[:HISTORY])


_NAMES = ("holder", "substitute")
