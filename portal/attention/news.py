"""News: what happened that people should know, once in their inbox and once by mail. Reading it settles it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Model

from portal import clock, subjects
from portal.attention.models import Reminder
from portal.attention.models.about_subjects import TOLD
from portal.people import organisations
from portal.people.models import User

Wording = Callable[[Reminder], str]

_wordings: dict[str, Wording] = {}


def word_with(kind: str, subject_kind: str, function: Wording) -> None:
    """`function(reminder)` says news of `kind` about a `subject_kind` in a sentence; the row itself holds keys only."""
    _wordings[kind] = function
    TOLD.add(subject_kind)


def bring(subject: Model, kind: str, people: Iterable[int], params: Mapping[str, Any]) -> None:
    """Put news of `kind` into the inboxes of `people` (ids), as far as they are persons with an account. Only inserts rows."""
    able = User.objects.filter(pk__in=list(people), is_active=True, is_service=False).values_list("pk", flat=True)
    subject_kind, today, moment = subjects.kind_of(subject), organisations.today(), clock.now()
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
            for pk in able
        ],
        ignore_conflicts=True,
    )


def settle(subject: Model, kind: str, people: Iterable[int] | None = None) -> int:
    """News of `kind` that no longer wait for anybody, or for these `people` (ids), leave their inboxes. Returns how many."""
    rows = Reminder.objects.open().filter(
        subject_kind=subjects.kind_of(subject), subject_id=subject.pk, kind=f"{kind}.{Reminder.Stage.NEWS}"
    )
    return (rows if people is None else rows.filter(recipient_id__in=list(people))).update(settled_at=clock.now())


def sentence(reminder: Reminder) -> str:
    """What the news says, "" where no room words it any more."""
    tell = _wordings.get(reminder.kind.rpartition(".")[0])
    return tell(reminder) if tell else ""
