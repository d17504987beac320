"""What one person finds in their inbox: open and settled reminders, read marks, the number in the rail."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.utils.translation import gettext as _

from portal import clock, subjects
from portal.attention import news, reviews
from portal.attention.models import Reminder
from portal.people import delegations, organisations
from portal.people.kept import Kept
from portal.people.reach import grants
from portal.web import shown

Stage = Reminder.Stage
TOLD_OF = "told-of"  # the kinds of subjects that the open reminders of a person are about
TOLD_OF_SELECT = """
    SELECT DISTINCT recipient_id, subject_kind FROM attention_reminder WHERE recipient_id = ANY(%(users)s) AND settled_at IS NULL
"""
_questions: Kept[tuple[str, Sequence[Any]]] = Kept(500)


@dataclass(frozen=True, slots=True)
class Row:
    """One reminder as its recipient reads it."""

    reminder: Reminder
    label: str
    word: str
    unit: str
    sentence: str
    due_word: str
    due_tone: str
    ending: str = ""  # where one asks to hear no more of it


def of(user: Any, *, settled: bool = False):
    """The reminders of `user`, as far as they may see the subjects today."""
    rows = Reminder.objects.visible_to(user)
    return rows.settled() if settled else rows.open()


def of_request(user: Any):
    """The open ones as they stood when the request began: of which kinds they are came along with the grants."""
    return Reminder.objects.visible_to(user, grants(user).beside_of(TOLD_OF)).open()


def rail_counts(user: Any) -> dict[str, int]:
    """For the rail: how many reminders wait."""
    return {"inbox": waiting(user)} if user.has_perm("attention.view_inbox") else {}


def waiting(user: Any) -> int:
    """How many reminders wait. One query, kept on the user for the request."""
    if getattr(user, "_waiting", None) is None:
        statement, parameters = _questions.under(grants(user), lambda: _question(user))
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            user._waiting = cursor.fetchone()[0]
    return user._waiting


def _question(user: Any) -> tuple[str, Sequence[Any]]:
    """The statement that counts what waits. It asks after the visibility of every kind, so putting it together cost more than
    running it, on every page."""
    try:
        rows, parameters = of_request(user).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # nothing was ever told them
        return "SELECT 0", ()
    return f"SELECT count(*) FROM ({rows}) AS waiting", parameters  # noqa: S608 (put together by Django)


def read(reminders, *, back: bool = False) -> int:
    """Mark as read, or with `back` as unread; news are settled by that, and nothing else changes. Returns how many rows changed."""
    rows = reminders.exclude(read_at=None) if back else reminders.filter(read_at=None)
    moment = None if back else clock.now()
    is_news = Q(kind__endswith=f".{Stage.NEWS}")
    settled_at = Case(When(is_news, then=Value(moment, DateTimeField())), default=F("settled_at"))
    return rows.update(read_at=moment, settled_at=settled_at)


def rows_of(reminders: Sequence[Reminder], user: Any) -> list[Row]:
    """`reminders` with the names of their subjects: one query a kind."""
    found = subjects.fetch([reminder.key for reminder in reminders], user)
    today = organisations.today()
    of_others = any(one.review is not None and one.review.owner_id != user.pk for one in reminders)
    stands_for = delegations.delegators_of(user) if of_others else frozenset()
    news.prepare(reminders)
    return [_row(reminder, found[reminder.key], today, stands_for) for reminder in reminders if reminder.key in found]


def _row(reminder: Reminder, subject: Any, today, stands_for: Collection[int]) -> Row:
    kind = subjects.of_kind(reminder.subject_kind)
    return Row(
        reminder=reminder,
        label=kind.label(subject),
        word=str(kind.word),
        unit=str(kind.unit(subject) or ""),
        sentence=_sentence(reminder, stands_for),
        due_word="" if reminder.is_news else shown.due_word(reminder.due_on, today),
        due_tone=shown.due_tone(reminder.due_on, today) if reminder.settled_at is None and not reminder.is_news else "",
        ending=news.ending(reminder) if reminder.is_news and reminder.settled_at is None else "",
    )


def _sentence(reminder: Reminder, stands_for: Collection[int]) -> str:
    """Why it is here, in words of today; the row itself holds keys only."""
    if reminder.is_news:
        return news.sentence(reminder)
    owner = reminder.review.owner if reminder.review else ""
    if reminder.stage == Stage.TOLD_LINE:
        return _("%(owner)s reports to you and has not answered this review.") % {"owner": owner}
    if reminder.stage == Stage.TOLD_LEADER:
        return _("%(owner)s of your side has not answered this review.") % {"owner": owner}
    if reminder.stage == Stage.TOLD_PAIR:
        return _("For both leaders: %(owner)s has not answered this review.") % {"owner": owner}
    if reminder.review and reminder.review.owner_id in stands_for:
        return _("Still true? You answer this for %(owner)s.") % {"owner": owner}
    if reminder.review and reminder.review.owner_id != reminder.recipient_id:
        return _("%(owner)s answers this review; you are named on it.") % {"owner": owner}
    if reminder.review and (asked := reviews.own_question(reminder.review.kind)):
        return asked
    return _last_answers(reminder.review.unchanged_in_a_row if reminder.review else 0)


def _last_answers(unchanged_in_a_row: int) -> str:
    if unchanged_in_a_row >= reviews.UNCHANGED_AT_MOST:
        return _("Nothing had changed twice running, so it is rated anew this time.")
    return _("Still true? Nothing had changed last time.") if unchanged_in_a_row else _("Still true?")
