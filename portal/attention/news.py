"""News: what happened that people should know, once in their inbox and once by mail. Reading it settles it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db.models import Model
from django.utils.translation import gettext as _

from portal import clock, subjects
from portal.attention.models import Reminder
from portal.attention.models.about_subjects import TOLD
from portal.people import organisations
from portal.people.announcements import Telling
from portal.people.models import User

Wording = Callable[[Reminder], str]

_wordings: dict[str, Wording] = {}
_addresses: dict[str, Wording] = {}
_endings: dict[str, Wording] = {}
_preparing: list[Callable[[Sequence[Reminder]], None]] = []


def word_with(kind: str, subject_kind: str, function: Wording, *, at: Wording | None = None, ending: Wording | None = None) -> None:
    """`function(reminder)` says news of `kind` about a `subject_kind` (ANY_KIND of any) in a sentence; the row itself holds keys
    only. `at(reminder)` is the address to which they lead, where that is not the page of the subject; `ending(reminder)` the one
    at which one asks to hear no more of it."""
    _wordings[kind] = function
    TOLD.add(subject_kind)
    if at is not None:
        _addresses[kind] = at
    if ending is not None:
        _endings[kind] = ending


def prepare_with(function: Callable[[Sequence[Reminder]], None]) -> None:
    """`function(reminders)` puts beside them what their wordings need of the database, for all of them at once."""
    _preparing.append(function)


def bring(kind: str, tellings: Sequence[Telling]) -> None:
    """Put news of `kind` about the subjects of `tellings`, all of one kind, into the inboxes of their people, as far as they are
    persons with an account. Only inserts rows; three queries however many they are."""
    everybody = {pk for _subject, people, _params in tellings for pk in people}
    persons = User.objects.filter(pk__in=everybody, is_active=True, is_service=False)
    able = set(persons.values_list("pk", flat=True)) if everybody else set()
    subject_kind, today, moment = subjects.kind_of(tellings[0][0]), organisations.today(), clock.now()
    Reminder.objects.bulk_create(
        [
            Reminder(
                recipient_id=pk,
                subject_kind=subject_kind,
                subject_id=subject.pk,
                kind=f"{kind}.{Reminder.Stage.NEWS}",
                due_on=today,
                params=dict(params),
                created_at=moment,
            )
            for subject, people, params in tellings
            for pk in people
            if pk in able
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )


def settle(subject: Model, kind: str, people: Iterable[int] | None = None) -> int:
    """News of `kind` that no longer wait for anybody, or for these `people` (ids), leave their inboxes. Returns how many."""
    rows = Reminder.objects.open().filter(
        subject_kind=subjects.kind_of(subject), subject_id=subject.pk, kind=f"{kind}.{Reminder.Stage.NEWS}"
    )
    return (rows if people is None else rows.filter(recipient_id__in=list(people))).update(settled_at=clock.now())


def sentence(reminder: Reminder) -> str:
    """What the news says, "" where no room words it any more."""
    word = _of(_wordings, reminder)
    return word(reminder) if word else ""


def address(reminder: Reminder) -> str:
    """Where the news lead, "" to the page of their subject."""
    at = _of(_addresses, reminder)
    return at(reminder) if at else ""


def ending(reminder: Reminder) -> str:
    """Where one asks to hear no more of it, "" where there is no such thing."""
    at = _of(_endings, reminder)
    return at(reminder) if at else ""


def prepare(reminders: Sequence[Reminder]) -> None:
    """Before their sentences are asked for: put the name of whoever did it beside news that hold their key (`by`), and what
    rooms above need. One query each, and only where there are such."""
    wanted = {reminder.params["by"] for reminder in reminders if reminder.params.get("by")}
    names = dict(User.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    for reminder in reminders:
        reminder.by_name = names.get(reminder.params.get("by"), "")
    for function in _preparing:
        function(reminders)


def name_by(reminder: Reminder) -> str:
    """Who did it, for wordings."""
    return getattr(reminder, "by_name", "") or _("Somebody")


def _of(known: Mapping[str, Wording], reminder: Reminder) -> Wording | None:
    kind = reminder.kind.rpartition(".")[0]
    while kind and kind not in known:  # "response.clock.7.soon" is worded as all of "response.clock"
        kind = kind.rpartition(".")[0]
    return known.get(kind)
