"""The notification clocks of a plan at work: where each stands, and who is told while one runs out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import clock
from portal.people import announcements, appointments, letters, organisations, working_days
from portal.people.models import Appointment, User
from portal.record import audit
from risks.models import Activation, ActivationMark, ClockWarning, PlanClock
from risks.response import deadlines

WARNED = "response.clock"
LETTER = "response-clock"
Stage = ClockWarning.Stage


@dataclass(frozen=True, slots=True)
class Running:
    """One clock as it stands. `state`: waits, runs, soon, out, told, told-late."""

    duty: PlanClock
    owner: str
    start: datetime | None
    due_at: datetime | None
    told: ActivationMark | None
    state: str
    left: timedelta | None

    @property
    def left_in_words(self) -> str:
        """3 h 12 min left, 2 days 4 h left, ran out 20 min ago."""
        if self.left is None:
            return ""
        days, hours, minutes = deadlines.parts(self.left)
        if days:
            length = ngettext("%(days)d day %(hours)d h", "%(days)d days %(hours)d h", days) % {"days": days, "hours": hours}
        else:
            length = _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
        return (_("%(length)s left") if self.left > timedelta(0) else _("ran out %(length)s ago")) % {"length": length}


def read(
    found: Activation, duties: Iterable[PlanClock], marks: Iterable[ActivationMark], filled: Mapping[str, Any] | None = None
) -> list[Running]:
    """The clocks of `found`, which stands still at its end. `duties` know their person; `filled` is who fills which seat."""
    told = {mark.clock_id: mark for mark in marks if mark.kind == ActivationMark.Kind.NOTIFIED}
    organisation = organisations.current()
    zone = ZoneInfo(organisation.time_zone if organisation else "UTC")
    worked = working_days.of_organisation()
    now = found.ended_at or clock.now()
    return [_running(found, one, told.get(one.pk), filled or {}, now, zone, worked) for one in duties]


def warn() -> int:
    """Tell of every clock that has begun, runs out or has run out, each stage once: inbox and mail at once. Exercises warn nobody.
    Safe to run twice, and at once; returns how many were told of."""
    count = 0
    for found in Activation.objects.live().filter(exercise=None).select_related("incident", "plan_version__plan__unit"):
        duties = found.plan_version.clocks.select_related("person")
        for one in read(found, duties, found.marks.filter(clock__isnull=False)):
            stage = {"runs": Stage.STARTED, "soon": Stage.SOON, "out": Stage.OUT}.get(one.state)
            count += stage is not None and _warn(found, one, stage)
    return count


@transaction.atomic
def _warn(found: Activation, one: Running, stage: str) -> bool:
    _row, is_new = ClockWarning.objects.get_or_create(
        activation=found, clock=one.duty, stage=stage, defaults={"told_at": clock.now()}
    )
    if not is_new:
        return False
    people = list(_responsible(found, one.duty))
    params = {"clock": one.duty.pk, "stage": stage, "due_at": one.due_at.isoformat() if one.due_at else ""}
    audit.record(None, "response.clock_warned", found, params | {"told": [person.pk for person in people]})
    announcements.tell(found, f"{WARNED}.{one.duty.pk}.{stage.lower()}", {person.pk for person in people}, params)
    for person in people:
        letters.write(LETTER, person, {"activation": found.pk, **params})
    return True


def _responsible(found: Activation, duty: PlanClock) -> Sequence[User]:
    """Whoever must tell, and whoever leads the incident; both leaders where none of them is still here."""
    filled = appointments.filled()
    seat = filled.get(duty.seat)
    wanted = {duty.person_id, seat.person.pk if seat else None, found.incident.lead_id if found.incident else None} - {None}
    leaders = {filled[one].person.pk for one in ("CIO", "CISO") if one in filled}
    here = list(User.objects.filter(pk__in=wanted | leaders, is_active=True, is_service=False).order_by("pk"))
    return [one for one in here if one.pk in wanted] or here


def _running(found, duty, told, filled, now, zone, worked) -> Running:
    start = found.material_at if duty.starts == PlanClock.Starts.MATERIALITY else found.aware_at
    due_at = start and deadlines.due_at(start, duty.amount, duty.measure, zone=zone, worked=worked)
    state = _state(start, due_at, told, now)
    left = due_at - now if due_at and told is None else None
    return Running(duty, owner_of(duty, filled), start, due_at, told, state, left)


def _state(start: datetime | None, due_at: datetime | None, told: ActivationMark | None, now: datetime) -> str:
    if start is None or due_at is None:
        return "waits"
    if told is not None:
        return "told" if told.at <= due_at else "told-late"
    if due_at <= now:
        return "out"
    return "soon" if deadlines.is_running_out(start, due_at, now) else "runs"


def owner_of(row: Any, filled: Mapping[str, Any], fallback: str = "") -> str:
    """Who does an action or keeps a clock, in words: a person, or a seat with whoever fills it now."""
    if row.person_id is not None:
        return str(row.person)
    seat = row.seat or fallback
    if not seat:
        return ""
    label = str(Appointment.Seat(seat).label)
    return f"{label}, {filled[seat].person}" if seat in filled else label
