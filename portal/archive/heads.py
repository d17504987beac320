"""The day's head: where the log stood when a day ended, noted once and mailed to every auditor once."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone, translation

from portal import clock
from portal.archive import head_letters
from portal.archive.models import HeadLetter
from portal.attention import posting
from portal.people import organisations
from portal.people.models import User
from portal.record import sealing
from portal.record.errors import NotSealedYet
from portal.record.models import DayHead, Seal

OPEN = (HeadLetter.State.CLAIMED, HeadLetter.State.FAILED)
DAYS_OF_MAIL = 7  # an auditor named later is not mailed the past


def note_yesterday() -> DayHead | None:
    """The head of the day before today, in the organisation's zone; None before the first seal, and while one still waits."""
    organisation = organisations.current()
    if organisation is None:
        return None
    zone = ZoneInfo(organisation.time_zone)
    day = organisations.today() - timedelta(days=1)
    known = DayHead.objects.filter(day=day).first()
    if known is not None:
        return known
    try:
        seq = sealing.seq_at(datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(microseconds=1))
    except NotSealedYet:
        return None
    if not seq:
        return None
    DayHead.objects.bulk_create([DayHead(day=day, seq=seq, hash=Seal.objects.get(pk=seq).hash)], ignore_conflicts=True)
    return DayHead.objects.get(day=day)


def send_due() -> posting.Run:
    """Mail the head of yesterday to every auditor, and again what failed. Safe to run twice and at once."""
    head = note_yesterday()
    if head is not None:
        HeadLetter.objects.bulk_create(
            [HeadLetter(head=head, recipient=one, message_id=posting.message_id("head", one.pk, head.day)) for one in auditors()],
            ignore_conflicts=True,
        )
    waiting = _waiting().filter(head__day__gte=organisations.today() - timedelta(days=DAYS_OF_MAIL)).order_by("pk")
    return posting.send_all(list(waiting.values_list("pk", flat=True)), _send)


def auditors() -> list[User]:
    """People who act as auditors today."""
    assigned = {"role_assignments__role": "AUDITOR", "role_assignments__ended_at": None}
    return list(User.objects.filter(is_active=True, is_service=False, **assigned).distinct().order_by("pk"))


def _waiting() -> Any:
    return HeadLetter.objects.filter(state__in=OPEN, next_attempt_at__lte=clock.now(), recipient__is_active=True)


@transaction.atomic
def _send(pk: int, post: Any) -> bool | None:
    row = _waiting().filter(pk=pk).select_for_update(skip_locked=True, of=("self",)).select_related("recipient", "head").first()
    if row is None:
        return None
    row.attempts += 1
    try:
        with translation.override(row.recipient.language), timezone.override(ZoneInfo(organisations.zone_of(row.recipient))):
            letter = head_letters.compose(row)
        letter.connection = post
        letter.send()
    except Exception as error:  # whatever it was: this recipient is tried again, the others are served
        posting.postpone(row, error)
        posting.hang_up(post)
        return False
    posting.mark_sent(row)
    return True


def noted() -> QuerySet[DayHead]:
    """Every day's head with `mailed`, to how many auditors it went, and `failing`."""
    sent, failed = Q(letters__state=HeadLetter.State.SENT), Q(letters__state=HeadLetter.State.FAILED)
    return DayHead.objects.annotate(mailed=Count("letters", filter=sent), failing=Count("letters", filter=failed))


def seal_of(hash_asked: str) -> Seal | None:
    """The seal with this hash, None where the log does not lead to it."""
    return Seal.objects.filter(hash=hash_asked).first() if hash_asked else None
