"""One mail a person a day, at or after their own 08:00: what waits for them that no mail has told yet.

Claim, send, mark: the row of a recipient and day is locked while its mail is sent. A sender that dies in between lets the
lock go, and the mail goes out again under the same Message-ID; nobody gets a second digest of a day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from smtplib import SMTPResponseException
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone, translation

from portal import clock
from portal.attention import letters
from portal.attention.models import Digest, Reminder
from portal.people import organisations
from portal.people.addresses import mail_host
from portal.people.models import User

MORNING = time(8)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=2)
FAILURES_IN_A_ROW = 3  # then the post is down: the others wait for the next run
log = structlog.get_logger()


@dataclass(frozen=True)
class Run:
    """What one run of the digests did."""

    sent: int = 0
    failed: int = 0


_position: dict[str, Callable[[Any], str]] = {}


def set_position_sentence(function: Callable[[Any], str]) -> None:
    """Let every digest begin with `function(user)`: where the organisation stands, in one sentence."""
    _position["sentence"] = function


def send_due(*, at_once: bool = False) -> Run:
    """Send every digest that is due and not sent yet; `at_once` does not wait for anybody's 08:00. Safe to run twice."""
    days = dict(_due(at_once))
    Digest.objects.bulk_create(
        [Digest(recipient_id=pk, day=day, message_id=message_id(pk, day)) for pk, day in days.items()], ignore_conflicts=True
    )
    unsent = Digest.objects.filter(
        recipient__in=days, state__in=(Digest.State.CLAIMED, Digest.State.FAILED), next_attempt_at__lte=clock.now()
    )
    waiting = [pk for pk, recipient, day in unsent.order_by("pk").values_list("pk", "recipient", "day") if days[recipient] == day]
    return _send_all(waiting)


def failing() -> tuple[int, int]:
    """How many digests the post refused so far, and the most attempts made for one of them; those of earlier days are given up."""
    newest = Digest.objects.filter(state=Digest.State.FAILED, next_attempt_at__gte=clock.now() - LONGEST_RETRY)
    found = newest.aggregate(rows=Count("pk"), attempts=Max("attempts"))
    return found["rows"], found["attempts"] or 0


def message_id(recipient_id: int, day: date) -> str:
    """The same at every try, so that a mail program shows a repeated mail once."""
    return f"<digest.{recipient_id}.{day.isoformat()}@{mail_host()}>"


def _due(at_once: bool) -> Iterator[tuple[int, date]]:
    """(person, their day) of everybody for whom something waits unmailed and whose morning has come."""
    waiting = Reminder.objects.open().filter(digest=None).values("recipient")
    now = clock.now()
    for person in User.objects.filter(pk__in=waiting, is_active=True, is_service=False).only("pk", "time_zone"):
        local = now.astimezone(ZoneInfo(organisations.zone_of(person)))
        if at_once or local.time() >= MORNING:
            yield person.pk, local.date()


def _send_all(waiting: list[int]) -> Run:
    sent = failed = in_a_row = 0
    post = get_connection()
    try:
        for pk in waiting:
            went = _send(pk, post)
            sent += went is True
            failed += went is False
            in_a_row = in_a_row + 1 if went is False else 0
            if in_a_row == FAILURES_IN_A_ROW:
                break
    finally:
        _hang_up(post)
    return Run(sent, failed)


def _hang_up(post: Any) -> None:
    try:
        post.close()
    except OSError as error:
        log.warning("digest.hang_up_failed", error=type(error).__name__)


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
        _postpone(digest, error)
        _hang_up(post)
        return False
    Reminder.objects.filter(pk__in=[reminder.pk for reminder in told]).update(digest=digest)
    digest.state, digest.sent_at, digest.last_error = Digest.State.SENT, clock.now(), ""
    digest.save(update_fields=["state", "sent_at", "attempts", "last_error"])
    return True


def _compose(digest: Digest, person: User, told: list[Reminder]):
    zone = ZoneInfo(organisations.zone_of(person))
    others = Reminder.objects.visible_to(person).open().exclude(digest=None).count()
    with translation.override(person.language), timezone.override(zone):
        sentence = _position["sentence"](person) if "sentence" in _position else ""
        return letters.digest(digest, person, told, sentence=str(sentence), others=others)


def _postpone(digest: Digest, error: Exception) -> None:
    """Try again later, each time later; the kind of failure is kept, never its text, which may hold addresses."""
    wait = min(FIRST_RETRY * 2 ** min(digest.attempts - 1, 10), LONGEST_RETRY)
    code = f" {error.smtp_code}" if isinstance(error, SMTPResponseException) else ""
    digest.state = Digest.State.FAILED
    digest.last_error = f"{type(error).__name__}{code}"
    digest.next_attempt_at = clock.now() + wait
    digest.save(update_fields=["state", "attempts", "last_error", "next_attempt_at"])
    log.warning("digest.failed", digest=digest.pk, attempts=digest.attempts, error=digest.last_error)
