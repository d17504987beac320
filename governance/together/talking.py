"""*Let's talk*: put what waits for a signature on the pair's agenda instead of answering it now, whatever kind it is of."""

from typing import Any

from django.db import transaction

from governance.together import decisions
from governance.together.errors import NothingToTalkOf
from governance.together.models import Decision, TalkAsked
from portal import clock, subjects
from portal.people import announcements
from portal.record import audit
from portal.signing import signatures
from portal.signing.standing import Standing

ASKED = "signing.talk_asked"


@transaction.atomic
def ask(thing: Any, *, actor: Any) -> None:
    """Put `thing` on the agenda; whoever is asked beside `actor` hears. Asking again changes nothing. Raises NothingToTalkOf where
    it does not wait for one of the leaders, of whom `actor` is one; of a decision as `decisions.talk` does."""
    if isinstance(thing, Decision):
        decisions.talk(thing, actor=actor)
        return
    found = signatures.standing(thing)
    if not may_ask(found, actor):
        raise NothingToTalkOf
    if is_asked(thing):
        return
    said = {"asked_by": actor, "asked_at": clock.now()}  # of one that all have signed since, it is asked anew
    TalkAsked.objects.update_or_create(subject_kind=found.kind, subject_id=thing.pk, spoken_in=None, defaults=said)
    audit.record(actor, ASKED, thing)
    announcements.tell(thing, ASKED, set(signatures.able(found).values()) - {actor.pk})


def may_ask(found: Standing, user: Any) -> bool:
    """Whether a leader, of whom it waits to be signed, may rather talk about it."""
    leading = {office for slot in found.missing for office in slot.offices} & decisions.LEADERS
    return bool(leading & set(signatures.may_answer(found, user)))


def is_asked(thing: Any) -> bool:
    """Whether it is on the agenda."""
    if isinstance(thing, Decision):
        return thing.talk_asked_at is not None
    rows = TalkAsked.objects.waiting().filter(subject_kind=subjects.kind_of(thing), subject_id=thing.pk)
    return rows.exists()


def spoken(meeting: Any) -> None:
    """The pair has met: what it was asked to talk about leaves the agenda. Called by `meetings.hold`."""
    TalkAsked.objects.filter(spoken_in=None).update(spoken_in=meeting)
