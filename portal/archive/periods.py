"""The retention table: how long what is kept, and from when. A house rule is a line here; an app above adds its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import subjects
from portal.people import organisations

Word = str | Promise
Subjects = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Period:
    """Rows of `model` go `kept_for` after `counted_from`. `about` finds those that tell of subjects under a hold.

    Where `words_of` names a kind its rows stay, for nobody can unsay that they were: the words in them and beside them go, by
    redaction. `rows` gives those that have come to an end, with `counted_from` where it is no column. Such a line has the name of
    its kind, so that a hold on the kind keeps it too.
    """

    key: str
    word: Word
    kept: Word  # the time in words
    kept_for: timedelta
    model: str
    counted_from: str  # a column of the row, or a moment that `rows` gives: when their time began
    further: Callable[[datetime], Q] = lambda limit: Q()
    about: Callable[[Subjects], Q] = lambda about: Q(pk__in=())
    words_of: str = ""
    rows: Callable[[], QuerySet] | None = None

    def due(self, now: datetime) -> QuerySet:
        """Every row whose time is over, held or not."""
        limit: Any = now - self.kept_for
        model = apps.get_model(self.model)
        if self.rows is not None:
            return self._still_worded(self.rows().filter(self.further(limit), **{f"{self.counted_from}__lt": limit}))
        if self._counts_days():
            limit = limit.date()
        return model._default_manager.filter(self.further(limit), **{f"{self.counted_from}__lt": limit})

    def begin(self, day: date) -> date | datetime:
        """The day, or the moment at which it begins for the organisation: whichever `counted_from` is."""
        return day if self._counts_days() else organisations.morning(day)

    def _counts_days(self) -> bool:
        return apps.get_model(self.model)._meta.get_field(self.counted_from).get_internal_type() == "DateField"

    def _still_worded(self, rows: QuerySet) -> QuerySet:
        """Without those whose words went since their time began."""
        went = apps.get_model("archive.Redaction")._default_manager.filter(
            subject_kind=self.words_of,
            subject_id=OuterRef("pk"),
            by_retention=True,
            decided_at__gte=OuterRef(self.counted_from),
        )
        return rows.filter(~Exists(went))


def by_kind(held: Subjects) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for kind, pk in held:
        found.setdefault(kind, []).append(pk)
    return found


def _people(held: Subjects) -> list[int]:
    return [pk for kind, pk in held if kind == "user"]


def _attempts_of(held: Subjects) -> Q:
    emails = list(apps.get_model("people.User").objects.filter(pk__in=_people(held)).values_list("email", flat=True))
    return Q(username__in=emails)


def _reminders_about(held: Subjects) -> Q:
    found = Q(recipient__in=_people(held))
    for kind, ids in by_kind(held).items():
        found |= Q(subject_kind=kind, subject_id__in=ids)
    return found


def _files_about(held: Subjects) -> Q:
    found = Q(created_by__in=_people(held))
    for kind, ids in by_kind(held).items():
        found |= Q(subject_kind=kind, subject_id__in=ids)
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
    (_("That something was decided"), _("for good: who, when, which option; the words go in their time")),
    (
        _("That a board pack went out"),
        _("for good: its numbers, who signed it, the hash of each file; words and files go in their time"),
    ),
    (_("Charters, goals, initiatives"), _("for good, as they were signed; words of people can be redacted")),
)


def add(period: Period) -> None:
    """An app above adds its line, once, in ready(). ValueError where the key is taken."""
    if period.key in KEYS:
        raise ValueError(f"{period.key} has its line already")
    KEYS.add(period.key)
    _table.append(period)


THE_FACT_STAYS = _("10 years after closing; then the words go, and the fact stays")


def words_ten_years_after(
    kind: str,
    word: Word,
    model: str,
    rows: Callable[[], QuerySet],
    ended_at: str,
    *,
    kept: Word = THE_FACT_STAYS,
    **more: Any,
) -> Period:
    """The line for what was decided: the fact stays, its words go. `rows` are those that have ended, with the moment `ended_at`."""
    return Period(kind, word, kept, timedelta(days=3653), model, ended_at, words_of=kind, rows=rows, **more)


def table() -> Sequence[Period]:
    return tuple(_table)


def word(key: str) -> str:
    """How a line, or a kind of subject that a hold names, is called."""
    for one in _table:
        if one.key == key:
            return str(one.word)
    kinds = subjects.all_kinds()
    return str(kinds[key].plural) if key in kinds else key
