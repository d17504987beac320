"""How a digest reads: text and HTML from our own templates, nothing fetched from elsewhere, links that survive sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import subjects
from portal.attention import calendars, news
from portal.attention.models import Digest, Reminder
from portal.people import organisations
from portal.people.addresses import absolute
from portal.people.models import User
from portal.web import shown

Stage = Reminder.Stage
ESCALATED = (Stage.TOLD_LINE, Stage.TOLD_LEADER, Stage.TOLD_PAIR)
GROUPS: tuple[tuple[str | Promise, tuple[Stage, ...]], ...] = (
    (gettext_lazy("Overdue"), (Stage.OVERDUE,)),
    (gettext_lazy("Due today"), (Stage.DUE,)),
    (gettext_lazy("Due within a week"), (Stage.DUE_SOON,)),
    (gettext_lazy("Overdue with others, told to you"), ESCALATED),
    (gettext_lazy("News"), (Stage.NEWS,)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One reminder in a mail."""

    label: str
    word: str
    url: str
    due_on: date
    due_word: str
    owner: str  # "" where the reader answers it
    news: str = ""  # the sentence of something that asks for nothing
    ending: str = ""  # where one asks to hear no more of it


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class PartLine:
    """Something that a part tells: what it is, where it stands, and in sentences what became of it."""

    label: str
    url: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Part:
    """What a room adds at the end of a digest; `after` is a last sentence, "" where there is none."""

    title: str
    lines: Sequence[PartLine]
    after: str = ""


def digest(
    row: Digest, person: User, told: Sequence[Reminder], *, sentence: str, others: int, parts: Sequence[Part] = ()
) -> EmailMultiAlternatives:
    """The mail of one day in the language and zone that are active; `others` wait in the inbox and were mailed before."""
    groups = _groups(person, told)
    context = {
        "title": _title(told),
        "person": person,
        "day": row.day,
        "sentence": sentence,
        "groups": groups,
        "parts": parts,
        "others": others,
        "inbox_url": absolute(reverse("attention:inbox")),
        "today_url": absolute("/"),
    }
    mail = EmailMultiAlternatives(
        subject=context["title"],
        body=render_to_string("attention/mail/digest.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[person.email],
        headers={"Message-ID": row.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("attention/mail/digest.html", context), "text/html")
    return mail


def _title(told: Sequence[Reminder]) -> str:
    """Numbers only: the subject line is read on locked screens."""
    own = [reminder for reminder in told if reminder.stage not in (*ESCALATED, Stage.NEWS)]
    late = sum(reminder.stage == Stage.OVERDUE for reminder in own)
    parts = []
    if own:
        due = _("%d to be answered by you") % len(own)
        parts.append(_("%(due)s, %(late)d overdue") % {"due": due, "late": late} if late else due)
    if others := sum(reminder.stage in ESCALATED for reminder in told):
        parts.append(
            ngettext("%(number)d is overdue with others", "%(number)d are overdue with others", others) % {"number": others}
        )
    if tidings := sum(reminder.is_news for reminder in told):
        parts.append(ngettext("%(number)d piece of news", "%(number)d pieces of news", tidings) % {"number": tidings})
    return "; ".join(parts)


def _groups(person: User, told: Sequence[Reminder]) -> list[Group]:
    rows = subjects.fetch([reminder.key for reminder in told], person)
    today = organisations.today()
    news.prepare(told)
    found = []
    for title, stages in GROUPS:
        lines = [_line(reminder, rows[reminder.key], today) for reminder in told if reminder.stage in stages]
        if lines:
            found.append(Group(str(title), lines))
    return found


def label(name: str, subject) -> str:
    """What a mail calls a subject of this kind."""
    kind = subjects.of_kind(name)
    if calendars.is_privileged(name, subject):
        return _("%(word)s that is privileged") % {"word": capfirst(str(kind.word))}
    return kind.label(subject)


def _line(reminder: Reminder, subject, today: date) -> Line:
    kind = subjects.of_kind(reminder.subject_kind)
    return Line(
        label=label(kind.kind, subject),
        word=str(kind.word),
        url=absolute(reverse("attention:reminder", args=[reminder.pk])),
        due_on=reminder.due_on,
        due_word=shown.due_word(reminder.due_on, today),
        news=news.sentence(reminder) if reminder.is_news else "",
        ending=absolute(at) if reminder.is_news and (at := news.ending(reminder)) else "",
        owner=str(reminder.review.owner) if reminder.review and reminder.review.owner_id != reminder.recipient_id else "",
    )
