"""A colleague's concern: raised in two answers, by name or without, settled by the triage desk as a risk or with an answer."""

from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.people import announcements, appointments
from portal.people.models import RoleAssignment, Unit, User
from portal.people.reach import grants
from portal.record import audit, numbers
from risks import register, wanted
from risks.errors import ConcernSettled, NotAtTheDesk
from risks.models import Concern, ConcernSender, Risk
from risks.models.concern import SETTLE, TRIAGE

RAISED, BECAME_RISK, ANSWERED = "concern.raised", "concern.became_risk", "concern.answered"
State = Concern.State


@transaction.atomic
def raise_one(*, actor: Any, text: str, unit: Unit | None, is_anonymous: bool = False) -> Concern:
    """Say what could happen and where. Without a name, nothing that is kept tells who it was but the row the desk reads. Raises
    Invalid by field."""
    text = " ".join(text.split())
    wrong = {}
    if not text or len(text) > wanted.LONGEST_TITLE:
        wrong["text"] = [_("Say in at most %d characters what could happen.") % wanted.LONGEST_TITLE]
    if unit is None or unit.archived_at is not None:
        wrong["unit"] = [_("Say where.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    concern = Concern(text=text, unit=unit, is_anonymous=is_anonymous, raised_at=clock.now())
    concern.number = numbers.draw("CN")[0]
    concern.raised_by = None if is_anonymous else actor
    concern.save()
    if is_anonymous:
        ConcernSender.objects.create(concern=concern, person=actor)
        with structlog.contextvars.bound_contextvars(request=""):  # the request would lead to whoever made it
            audit.record(None, RAISED, concern, {"unit": unit.pk})
    else:
        audit.record(actor, RAISED, concern, {"unit": unit.pk})
    announcements.tell(concern, RAISED, desk_of(unit) - {actor.pk})
    return concern


@transaction.atomic
def become_risk(
    concern: Concern, *, actor: Any, title: str = "", category: str = Risk.Category.IT, known: Risk | None = None
) -> Concern:
    """Log it as a risk, or say that it is the risk `known`; whoever raised it hears. Raises ConcernSettled, NotAtTheDesk,
    Invalid."""
    concern = _locked(concern, actor)
    if known is None:
        known = register.log(actor=actor, title=title or concern.text, category=category, unit=concern.unit)
        is_new = True
    else:
        is_new = False
    concern.risk = known
    _settle(concern, State.RISK, actor)
    audit.record(actor, BECAME_RISK, concern, {"risk": known.pk, "new": is_new})
    announcements.tell(concern, BECAME_RISK, _senders(concern) - {actor.pk})
    return concern


@transaction.atomic
def answer(concern: Concern, words: str, *, actor: Any) -> Concern:
    """Tell whoever raised it why it is no risk, or what was done. Raises ConcernSettled, NotAtTheDesk, Invalid."""
    concern = _locked(concern, actor)
    words = words.strip()
    if not words or len(words) > wanted.LONGEST_TEXT:
        raise Invalid(_("This is not complete."), {"answer": [_("Answer in a sentence or two whoever raised it.")]})
    concern.answer = words
    _settle(concern, State.ANSWERED, actor)
    audit.record(actor, ANSWERED, concern, text=words)
    announcements.tell(concern, ANSWERED, _senders(concern) - {actor.pk})
    return concern


def desk_of(unit: Unit) -> set[int]:
    """Who is told of a concern in `unit`: the analysts whose units hold it, else whoever fills the CISO's seat."""
    rows = RoleAssignment.objects.filter(role="ANALYST", ended_at=None, user__is_active=True).select_related("unit")
    found = {row.user_id for row in rows if unit.path.startswith(row.unit.path)}
    seat = None if found else appointments.seat_holder("CISO")
    return {seat.person.pk} if seat else found


def name_of(concern: Concern, reader: User) -> User | None:
    """Who raised it, as far as `reader` may know: of what was raised without a name the desk and the person themselves."""
    if not concern.is_anonymous:
        return concern.raised_by
    sender = ConcernSender.objects.filter(concern=concern).select_related("person").get().person
    return sender if sender.pk == reader.pk or TRIAGE in grants(reader).permissions else None


def _locked(concern: Concern, actor: Any) -> Concern:
    found = Concern.objects.select_for_update(of=("self",)).select_related("unit").get(pk=concern.pk)
    if SETTLE not in grants(actor).permissions:
        raise NotAtTheDesk
    if found.state != State.WAITS:
        raise ConcernSettled(found)
    return found


def _settle(concern: Concern, state: str, actor: Any) -> None:
    concern.state, concern.settled_by, concern.settled_at = state, actor, clock.now()
    concern.version += 1
    concern.save(update_fields=["state", "risk", "answer", "settled_by", "settled_at", "version"])


def _senders(concern: Concern) -> set[int]:
    if concern.raised_by_id is not None:
        return {concern.raised_by_id}
    return set(ConcernSender.objects.filter(concern=concern).values_list("person", flat=True))
