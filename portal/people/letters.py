"""Mail about accounts: written as a row with what it tells of, sent by a worker, tried again while the post is down.

Claim, send, mark: a letter's row is locked while it is sent; a sender that dies lets it go, and it goes out again under the
same Message-ID. What a letter says is made when it is sent, so that a link that was overtaken meanwhile never goes out.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from smtplib import SMTPResponseException
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone, translation

from portal import clock
from portal.people import organisations
from portal.people.addresses import mail_host
from portal.people.models import Letter, User

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=3)
FAILURES_IN_A_ROW = 3  # then the post is down: the others wait for the next run
log = structlog.get_logger(__name__)
_post: dict[str, Callable[..., Any]] = {}


def set_up(*, compose: Callable[[Letter, User], Any], wake: Callable[[], Any]) -> None:
    """Once, when the portal starts: `compose(letter, recipient)` makes the mail, or None where it was overtaken; `wake()` is
    called for every letter written and wakes the worker once it is committed."""
    _post.update(compose=compose, wake=wake)


def write(kind: str, recipient: User | None, params: Mapping[str, Any] | None = None, *, address: str = "") -> Letter:
    """Put a letter into the post, inside the transaction of whatever it tells of; `kind` is one of `wording`."""
    letter = Letter.objects.create(
        kind=kind,
        recipient=recipient,
        address=address,
        params=dict(params or {}),
        message_id=f"<letter.{uuid.uuid4().hex}@{mail_host()}>",
    )
    transaction.on_commit(_post["wake"], robust=True)  # the row stays where the broker is away: the sweep finds it
    return letter


def withdraw(recipient: User, invitation: int) -> None:
    """The link of `invitation` is handed over in another way, so the letter that waits with it is not sent."""
    waiting = Letter.objects.filter(recipient=recipient, params__invitation=invitation, sent_at=None, dropped_at=None)
    waiting.update(dropped_at=clock.now())


def send_waiting() -> tuple[int, int]:
    """Send what waits; returns how many went and how many failed. Safe to run twice at once."""
    sent = failed = in_a_row = 0
    post = get_connection()
    for pk in list(_waiting().order_by("pk").values_list("pk", flat=True)):
        went = _send(pk, post)
        sent += went is True
        failed += went is False
        in_a_row = in_a_row + 1 if went is False else 0
        if in_a_row == FAILURES_IN_A_ROW:
            break
    _hang_up(post)
    return sent, failed


def lag() -> tuple[int, float]:
    """How many letters have not gone out, and since when the oldest waits [s]."""
    found = Letter.objects.filter(sent_at=None, dropped_at=None).aggregate(rows=Count("pk"), oldest=Min("created_at"))
    return found["rows"], clock.age(found["oldest"])


def _waiting() -> Any:
    return Letter.objects.filter(sent_at=None, dropped_at=None, next_attempt_at__lte=clock.now())


@transaction.atomic
def _send(pk: int, post: Any) -> bool | None:
    """True when sent, False when the post failed, None when another sender has it or it is of no use any more."""
    letter = _waiting().filter(pk=pk).select_for_update(skip_locked=True, of=("self",)).select_related("recipient").first()
    if letter is None:
        return None
    letter.attempts += 1
    try:
        mail = _compose(letter)
        if mail is not None:
            mail.connection = post
            mail.send()
    except Exception as error:  # whatever it was: this letter is tried again, the others go out
        _postpone(letter, error)
        _hang_up(post)
        return False
    setattr(letter, "sent_at" if mail else "dropped_at", clock.now())
    letter.last_error, letter.address = "", ""
    letter.save(update_fields=["sent_at", "dropped_at", "attempts", "last_error", "address"])
    return True if mail else None


def _compose(letter: Letter) -> Any:
    """The mail in its reader's language and zone, None where it is not to be sent."""
    recipient = letter.recipient or User.objects.filter(email__iexact=letter.address).first()
    if recipient is None or recipient.is_service:
        return None
    with translation.override(recipient.language), timezone.override(ZoneInfo(organisations.zone_of(recipient))):
        return _post["compose"](letter, recipient)


def _postpone(letter: Letter, error: Exception) -> None:
    """Try again later, each time later; the kind of failure is kept, never its text, which may hold addresses."""
    code = f" {error.smtp_code}" if isinstance(error, SMTPResponseException) else ""
    letter.last_error = f"{type(error).__name__}{code}"
    letter.next_attempt_at = clock.now() + min(FIRST_RETRY * 2 ** min(letter.attempts - 1, 8), LONGEST_RETRY)
    if letter.created_at < clock.now() - GIVEN_UP_AFTER:
        letter.dropped_at = clock.now()
    letter.save(update_fields=["attempts", "last_error", "next_attempt_at", "dropped_at"])
    log.warning("letter.failed", letter=letter.pk, kind=letter.kind, attempts=letter.attempts, error=letter.last_error)


def _hang_up(post: Any) -> None:
    try:
        post.close()
    except OSError as error:
        log.warning("letter.hang_up_failed", error=type(error).__name__)
