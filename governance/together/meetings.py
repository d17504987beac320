"""The verbs over the pair's meeting: plan it, move it, hold it with minutes, call it off; ask for actions and complete them."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.together import agenda, talking
from governance.together.errors import ActionDone, ActionKeepsDate, MeetingPlanned, MeetingSettled, NotYourAction
from governance.together.models import Meeting, MeetingAction
from portal import clock
from portal.attention import reviews
from portal.attention.models import Review
from portal.errors import Invalid
from portal.people import organisations
from portal.people.models import User
from portal.record import audit

DUE = "meeting-action.due"
LONGEST_MINUTES, LONGEST_ACTION, LONGEST_NOTE = 10_000, 300, 1000


@transaction.atomic
def plan(*, actor: Any, meets_on: date | None) -> Meeting:
    """Say when the two meet next. Raises MeetingPlanned while another waits, Invalid."""
    _check_day(meets_on)
    try:
        with transaction.atomic():
            meeting = Meeting.objects.create(meets_on=meets_on, planned_by=actor, planned_at=clock.now())
    except IntegrityError:  # one_meeting_is_planned
        raise MeetingPlanned from None
    audit.record(actor, "meeting.planned", meeting, {"on": meets_on.isoformat()})
    return meeting


@transaction.atomic
def move(meeting: Meeting, meets_on: date | None, *, actor: Any) -> Meeting:
    """Another day. Raises MeetingSettled, Invalid."""
    meeting = _locked(meeting)
    _check_day(meets_on)
    meeting.meets_on = meets_on
    meeting.version += 1
    meeting.save(update_fields=["meets_on", "version"])
    audit.record(actor, "meeting.moved", meeting, {"on": meets_on.isoformat()})
    return meeting


@transaction.atomic
def call_off(meeting: Meeting, *, actor: Any) -> Meeting:
    """It will not be held. Raises MeetingSettled."""
    meeting = _locked(meeting)
    meeting.archived_at = clock.now()
    meeting.version += 1
    meeting.save(update_fields=["archived_at", "version"])
    audit.record(actor, "meeting.called_off", meeting)
    return meeting


@transaction.atomic
def hold(meeting: Meeting, minutes: str, *, actor: Any) -> Meeting:
    """Write down what was said; the agenda stays as it is at this moment. Raises MeetingSettled, Invalid."""
    meeting = _locked(meeting)
    minutes = minutes.strip()
    if not minutes or len(minutes) > LONGEST_MINUTES:
        raise Invalid(_("This is not complete."), {"minutes": [_("Write down what was said.")]})
    meeting.minutes, meeting.agenda = minutes, agenda.frozen(agenda.points(actor))
    meeting.held_at, meeting.held_by = clock.now(), actor
    meeting.version += 1
    meeting.save(update_fields=["minutes", "agenda", "held_at", "held_by", "version"])
    talking.spoken(meeting)
    audit.record(actor, "meeting.held", meeting, {"points": len(meeting.agenda)})
    return meeting


@transaction.atomic
def ask(meeting: Meeting, text: str, *, owner: User | None, due_on: date | None, actor: Any) -> MeetingAction:
    """Somebody does something by a day; they are reminded. Raises MeetingSettled where it was called off, Invalid by field."""
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    if meeting.archived_at is not None:
        raise MeetingSettled
    text = " ".join(text.split())
    wrong = {}
    if not text or len(text) > LONGEST_ACTION:
        wrong["text"] = [_("Say in at most %d characters what is done.") % LONGEST_ACTION]
    if owner is None or owner.is_service or not owner.is_active:
        wrong["owner"] = [_("Name somebody who works here.")]
    if due_on is None or due_on < organisations.today():
        wrong["due_on"] = [_("An action is due today or later.")]
    if wrong:
        raise Invalid(_("This is not complete."), wrong)
    told = {"owner": owner, "due_on": due_on, "asked_by": actor, "asked_at": clock.now()}
    action = MeetingAction.objects.create(meeting=meeting, text=text, **told)
    audit.record(actor, "meeting-action.asked", action, {"owner": owner.pk, "due_on": due_on.isoformat()})
    reviews.schedule(action, DUE, due_on, [], owner=owner, actor=actor)
    return action


@transaction.atomic
def complete(action: MeetingAction, note: str, *, actor: Any) -> MeetingAction:
    """Say that it is done and what shows it. Raises ActionDone, NotYourAction, Invalid."""
    action = MeetingAction.objects.select_for_update(no_key=True).get(pk=action.pk)
    if action.done_at is not None:
        raise ActionDone
    if not may_complete(action, actor):
        raise NotYourAction
    note = note.strip()
    if not note or len(note) > LONGEST_NOTE:
        raise Invalid(_("This is not complete."), {"note": [_("Say in a sentence what shows that it is done.")]})
    action.done_at, action.done_note = clock.now(), note
    action.version += 1
    action.save(update_fields=["done_at", "done_note", "version"])
    reviews.cancel(action, DUE, actor=actor)
    audit.record(actor, "meeting-action.done", action, text=note)
    return action


def may_complete(action: MeetingAction, actor: Any) -> bool:
    """Whoever sees to it, and who sits at the table."""
    return action.owner_id == actor.pk or Meeting.objects.visible_to(actor).filter(pk=action.meeting_id).exists()


def take_answer(review: Review, *, actor: Any, note: str) -> None:
    """An action has its day: whoever closes the review says what shows that it is done; else it keeps its day."""
    if review.outcome != Review.Outcome.CLOSED:
        raise ActionKeepsDate
    complete(MeetingAction.objects.get(pk=review.subject_id), note, actor=actor)


def hand_over(action: MeetingAction, successor: User, *, actor: Any) -> User:
    """Let `successor` see to it instead of one who leaves."""
    before, action.owner = action.owner_id, successor
    action.version += 1
    action.save(update_fields=["owner", "version"])
    audit.record(actor, "meeting-action.handed_over", action, {"owner": [before, successor.pk]})
    reviews.schedule(action, DUE, action.due_on, [], owner=successor, actor=actor)
    return successor


def _locked(meeting: Meeting) -> Meeting:
    found = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    if found.held_at is not None or found.archived_at is not None:
        raise MeetingSettled
    return found


def _check_day(meets_on: date | None) -> None:
    if meets_on is None or meets_on < organisations.today():
        raise Invalid(_("This is not complete."), {"meets_on": [_("A meeting is today or later.")]})
