"""The retention table: how long what is kept, and from when. A house rule is a line here; an app above adds its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import subjects

Word = str | Promise
Subjects = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Period:
    """Rows of `model` go `kept_for` after `counted_from`. `about` finds those that tell of subjects under a hold."""

    key: str
    word: Word
    kept: Word  # the time in words
    kept_for: timedelta
    model: str
    counted_from: str  # a column: when their time began
    further: Callable[[datetime], Q] = lambda limit: Q()
    about: Callable[[Subjects], Q] = lambda about: Q(pk__in=())

    def due(self, now: datetime) -> QuerySet:
        """Every row whose time is over, held or not."""
        limit: Any = now - self.kept_for
        model = apps.get_model(self.model)
        if model._meta.get_field(self.counted_from).get_internal_type() == "DateField":
            limit = limit.date()
        return model._default_manager.filter(self.further(limit), **{f"{self.counted_from}__lt": limit})


def _people(held: Subjects) -> list[int]:
    return [pk for kind, pk in held if kind == "user"]


def _attempts_of(held: Subjects) -> Q:
    emails = list(apps.get_model("people.User").objects.filter(pk__in=_people(held)).values_list("email", flat=True))
    return Q(username__in=emails)


def _reminders_about(held: Subjects) -> Q:
    found = Q(recipient__in=_people(held))
    for kind, pk in held:
        found |= Q(subject_kind=kind, subject_id=pk)
    return found


def _files_about(held: Subjects) -> Q:
    found = Q(created_by__in=_people(held))
    for kind, pk in held:
        found |= Q(subject_kind=kind, subject_id=pk)
    return found


def _told_to(held: Subjects) -> Q:
    return Q(recipient__in=_people(held))


YEAR = timedelta(days=365)
_table = [
    Period(
        "sign-ins",
        _("Sign-in log"),
        _("90 days after the last try"),
        timedelta(days=90),
        "axes.AccessAttempt",
        "attempt_time",
        about=_attempts_of,
    ),
    Period(
        "browsers",
        _("Where people were signed in"),
        _("90 days after they were last seen"),
        timedelta(days=90),
        "people.BrowserSession",
        "last_seen_at",
        about=lambda held: Q(user__in=_people(held)),
    ),
    Period(
        "account-letters",
        _("Mail about accounts"),
        _("90 days after it was written"),
        timedelta(days=90),
        "people.Letter",
        "created_at",
        about=_told_to,
    ),
    Period("sessions", _("Sessions"), _("until they end"), timedelta(), "sessions.Session", "expire_date"),
    Period(
        "inbox",
        _("Read inbox"),
        _("a year after it was settled and read"),
        YEAR,
        "attention.Reminder",
        "settled_at",
        further=lambda limit: Q(read_at__lt=limit),
        about=_reminders_about,
    ),
    Period(
        "digests",
        _("That a mail was sent"),
        _("a year after it was sent"),
        YEAR,
        "attention.Digest",
        "sent_at",
        further=lambda limit: Q(state="SENT"),
        about=_told_to,
    ),
    Period(
        "uploads",
        _("Uploads for a worker"),
        _("30 days, or the day named at the upload"),
        timedelta(),
        "record.StoredFile",
        "gone_on",
        about=_files_about,
    ),
    Period(
        "webhook-tries",
        _("Tries of webhooks"),
        _("30 days"),
        timedelta(days=30),
        "webhooks.Attempt",
        "at",
    ),
    Period(
        "webhook-messages",
        _("Messages of webhooks"),
        _("30 days, once every try is gone"),
        timedelta(days=30),
        "webhooks.Delivery",
        "created_at",
        further=lambda limit: Q(tries=None),
    ),
    Period("requests", _("Keys of repeated requests"), _("48 hours"), timedelta(hours=48), "web.IdempotencyKey", "created_at"),
]
KEYS = {one.key for one in _table}

# What no job removes; words of people in it go by redaction.
FOR_GOOD = (
    (_("Audit log and its seals"), _("for good: each seal chains all before it")),
    (_("Row history"), _("for good; the words in it can be redacted")),
    (_("Risks, assets, scores, reviews, comments"), _("for good: archived or closed, never deleted")),
)


def add(period: Period) -> None:
    """An app above adds its line, once, in ready(). ValueError where the key is taken."""
    if period.key in KEYS:
        raise ValueError(f"{period.key} has its line already")
    KEYS.add(period.key)
    _table.append(period)


def ten_years_after(key: str, word: Word, model: str, closed_at: str, **more: Any) -> Period:
    """The line for what was decided: decisions, released packs. `closed_at` is the column of its end."""
    return Period(key, word, _("10 years after closing"), timedelta(days=3653), model, closed_at, **more)


def table() -> Sequence[Period]:
    return tuple(_table)


def word(key: str) -> str:
    """How a line, or a kind of subject that a hold names, is called."""
    for one in _table:
        if one.key == key:
            return str(one.word)
    kinds = subjects.all_kinds()
    return str(kinds[key].plural) if key in kinds else key
