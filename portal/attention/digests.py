"""One mail a person a day, at or after their own 08:00 and never in their quiet hours: what waits that no mail has told yet.

Claim, send, mark: the row of a recipient and day is locked while its mail is sent. A sender that dies in between lets the
lock go, and the mail goes out again under the same Message-ID; nobody gets a second digest of a day.
"""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone, translation

from portal import clock
from portal.attention import letters, posting, quiet
from portal.attention.models import Digest, Reminder
from portal.attention.posting import Run
from portal.people import organisations
from portal.people.models import User

MORNING = time(8)


FIRST_LOOKS_BACK = timedelta(days=1)
LONGEST_LOOK_BACK = timedelta(days=31)

_position: dict[str, Callable[[Any], str]] = {}
_parts: list[Callable[[Any, date], letters.Part | None]] = []


def set_position_sentence(function: Callable[[Any], str]) -> None:
    """Let every digest begin with `function(user)`: where the organisation stands, in one sentence."""
    _position["sentence"] = function


def add_part(function: Callable[[Any, date], letters.Part | None]) -> None:
    """Let every digest close with what `function(user, since)` tells, if anything; `since` is the day of the digest before."""
    if function not in _parts:
        _parts.append(function)


def send_due(*, at_once: bool = False) -> Run:
    """Send every digest that is due and not sent yet; `at_once` does not wait for anybody's 08:00, but for the end of
    their quiet hours. Safe to run twice."""
    days = dict(_due(at_once))
    Digest.objects.bulk_create(
        [Digest(recipient_id=pk, day=day, message_id=message_id(pk, day)) for pk, day in days.items()], ignore_conflicts=True
    )
    unsent = Digest.objects.filter(
        recipient__in=days, state__in=(Digest.State.CLAIMED, Digest.State.FAILED), next_attempt_at__lte=clock.now()
    )
    waiting = [pk for pk, recipient, day in unsent.order_by("pk").values_list("pk", "recipient", "day") if days[recipient] == day]
    return posting.send_all(waiting, _send)


def failing() -> tuple[int, int]:
    """How many digests the post refused so far, and the most attempts made for one of them; those of earlier days are given up."""
    newest = Digest.objects.filter(state=Digest.State.FAILED, next_attempt_at__gte=clock.now() - posting.LONGEST_RETRY)
    found = newest.aggregate(rows=Count("pk"), attempts=Max("attempts"))
    return found["rows"], found["attempts"] or 0


def message_id(recipient_id: int, day: date) -> str:
    """The same at every try, so that a mail program shows a repeated mail once."""
    return posting.message_id("digest", recipient_id, day.isoformat())


def _due(at_once: bool) -> Iterator[tuple[int, date]]:
    """(person, their day) of everybody for whom something waits unmailed and whose morning has come."""
    waiting = Reminder.objects.open().filter(digest=None).values("recipient")
    now = clock.now()
    people = list(User.objects.filter(pk__in=waiting, is_active=True, is_service=False).only("pk", "time_zone"))
    quiet_hours = quiet.of_all(person.pk for person in people)
    for person in people:
        local = now.astimezone(ZoneInfo(organisations.zone_of(person)))
        if person.pk in quiet_hours and quiet_hours[person.pk].covers(local.time()):
            continue
        if at_once or local.time() >= MORNING:
            yield person.pk, local.date()


@transaction.atomic
def _send(pk: int, post: Any) -> bool | None:
    """True when sent, False when the post failed, None when another sender has it or nothing is left to tell."""
    unsent = Digest.objects.filter(pk=pk, state__in=(Digest.State.CLAIMED, Digest.State.FAILED), next_attempt_at__lte=clock.now())
    digest = unsent.select_for_update(skip_locked=True, of=("self",)).select_related("recipient").first()
    if digest is None:
        return None
    person = digest.recipient
    told = list(
        Reminder.objects.visible_to(person).open().filter(digest=None).select_related("review__owner").order_by("due_on", "id")
    )
    if not told:
        digest.delete()
        return None
    digest.attempts += 1
    try:
        with transaction.atomic():
            letter = _compose(digest, person, told)
        letter.connection = post
        letter.send()
    except Exception as error:  # whatever it was: this recipient is tried again, the others are served
        posting.postpone(digest, error)
        posting.hang_up(post)
        return False
    Reminder.objects.filter(pk__in=[reminder.pk for reminder in told]).update(digest=digest)
    posting.mark_sent(digest)
    return True


def _compose(digest: Digest, person: User, told: list[Reminder]):
    zone = ZoneInfo(organisations.zone_of(person))
    others = Reminder.objects.visible_to(person).open().exclude(digest=None).count()
    with translation.override(person.language), timezone.override(zone):
        sentence = _position["sentence"](person) if "sentence" in _position else ""
        since = _since(digest)
        parts = [part for part in (function(person, since) for function in _parts) if part is not None]
        return letters.digest(digest, person, told, sentence=str(sentence), others=others, parts=parts)


def _since(digest: Digest) -> date:
    """The day of the one before, so that what came after its morning is told."""
    earlier = Digest.objects.filter(recipient=digest.recipient_id, day__lt=digest.day, state=Digest.State.SENT)
    last = earlier.aggregate(last=Max("day"))["last"] or digest.day - FIRST_LOOKS_BACK
    return max(last, digest.day - LONGEST_LOOK_BACK)
