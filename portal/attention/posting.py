"""Claim, send, mark: what every kind of mail of the portal has in common, whatever it says.

The row of a mail is locked while it is sent, and its Message-ID is the same at every try, so that a mail program shows a
repeated mail once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPResponseException
from typing import Any

import structlog
from django.core.mail import get_connection

from portal import clock
from portal.people.addresses import mail_host

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=2)
FAILURES_IN_A_ROW = 3  # then the post is down: the others wait for the next run
log = structlog.get_logger()


@dataclass(frozen=True)
class Run:
    """What one run did."""

    sent: int = 0
    failed: int = 0


def message_id(*parts: Any) -> str:
    """`<digest.7.2026-11-24@host>`."""
    return f"<{'.'.join(map(str, parts))}@{mail_host()}>"


def send_all(waiting: Iterable[int], send: Callable[[int, Any], bool | None]) -> Run:
    """`send(key, post)` for each: True when sent, False when the post failed, None when there was nothing to do."""
    sent = failed = in_a_row = 0
    post = get_connection()
    try:
        for pk in waiting:
            went = send(pk, post)
            sent += went is True
            failed += went is False
            in_a_row = in_a_row + 1 if went is False else 0
            if in_a_row == FAILURES_IN_A_ROW:
                break
    finally:
        hang_up(post)
    return Run(sent, failed)


def hang_up(post: Any) -> None:
    try:
        post.close()
    except OSError as error:
        log.warning("digest.hang_up_failed", error=type(error).__name__)


def mark_sent(row: Any) -> None:
    row.state, row.sent_at, row.last_error = row.State.SENT, clock.now(), ""
    row.save(update_fields=["state", "sent_at", "attempts", "last_error"])


def postpone(row: Any, error: Exception) -> None:
    """Try again later, each time later; the kind of failure is kept, never its text, which may hold addresses."""
    wait = min(FIRST_RETRY * 2 ** min(row.attempts - 1, 10), LONGEST_RETRY)
    code = f" {error.smtp_code}" if isinstance(error, SMTPResponseException) else ""
    row.state = row.State.FAILED
    row.last_error = f"{type(error).__name__}{code}"
    row.next_attempt_at = clock.now() + wait
    row.save(update_fields=["state", "attempts", "last_error", "next_attempt_at"])
    log.warning(f"{row._meta.model_name}.failed", row=row.pk, attempts=row.attempts, error=row.last_error)
