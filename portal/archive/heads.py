"""The day's head: where the log stood when a day ended, noted once and mailed to every auditor once."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
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
    if organisations.current() is None:
        return None
    day = organisations.today() - timedelta(days=1)
    return DayHead.objects.filter(day=day).first() or _note(day)


def missing() -> list[date]:
    """The days before today, from the first whose head is noted on, of which none is: no worker ran after them. The first day that
    could be noted, where there is none yet. One query, and one more where there are gaps."""
    if organisations.current() is None:
        return []
    yesterday = organisations.today() - timedelta(days=1)
    noted = DayHead.objects.filter(day__lte=yesterday)
    known = noted.aggregate(first=Min("day"), days=Count("pk"))
    if known["first"] is None:
        return [yesterday]
    days = [known["first"] + timedelta(days=number) for number in range((yesterday - known["first"]).days + 1)]
    if len(days) == known["days"]:
        return []
    there = set(noted.values_list("day", flat=True))
    return [day for day in days if day not in there]


def note_missing() -> list[DayHead]:
    """The heads of the days that have none, in their order: where the log stood then never changes, so it is told later as well.
    Ends at a day of which something still waits for its seal."""
    found: list[DayHead] = []
    for day in missing():
        head = _note(day)
        if head is None:
            break
        found.append(head)
    return found


def _note(day: date) -> DayHead | None:
    """None before the first seal, and while an entry of `day` waits for its seal."""
    zone = ZoneInfo(organisations.current().time_zone)
    try:
        seq = sealing.seq_at(datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(microseconds=1))
    except NotSealedYet:
        return None
    if not seq:
        return None
    DayHead.objects.bulk_create([DayHead(day=day, seq=seq, hash=Seal.objects.get(pk=seq).hash)], ignore_conflicts=True)
    return DayHead.objects.get(day=day)


def send_due() -> posting.Run:
    """Mail the head of yesterday to every auditor, before it those of days after which no worker ran, and again what failed. Safe
    to run twice and at once."""
    _address()
    waiting = _waiting().filter(head__noted_at__gte=clock.now() - timedelta(days=DAYS_OF_MAIL)).order_by("head__day", "pk")
    return posting.send_all(list(waiting.values_list("pk", flat=True)), _send)


@transaction.atomic
def _address() -> None:
    """The letters with a head stand written down as soon as the head does."""
    heads = note_missing()
    if not heads and (yesterday := note_yesterday()) is not None:
        heads = [yesterday]  # to whoever became an auditor since
    letters = [
        HeadLetter(head=head, recipient=one, message_id=posting.message_id("head", one.pk, head.day))
        for head in heads
        for one in auditors()
    ]
    HeadLetter.objects.bulk_create(letters, ignore_conflicts=True)


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


def lag_seconds() -> float:
    """Since when the oldest letter that still goes out waits [s]."""
    since = clock.now() - timedelta(days=DAYS_OF_MAIL)
    open_ones = HeadLetter.objects.filter(state__in=OPEN, recipient__is_active=True, head__noted_at__gte=since)
    return clock.age(open_ones.aggregate(oldest=Min("head__noted_at"))["oldest"])


def noted() -> QuerySet[DayHead]:
    """Every day's head with `mailed`, to how many auditors it went, and `failing`."""
    sent, failed = Q(letters__state=HeadLetter.State.SENT), Q(letters__state=HeadLetter.State.FAILED)
    return DayHead.objects.annotate(mailed=Count("letters", filter=sent), failing=Count("letters", filter=failed))


def seal_of(hash_asked: str) -> Seal | None:
    """The seal with this hash, None where the log does not lead to it."""
    return Seal.objects.filter(hash=hash_asked).first() if hash_asked else None
