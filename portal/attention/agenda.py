"""The reviews as people read them: whose they are, what is late, what comes, with the names of their subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q

from portal import subjects
from portal.attention.models import Review
from portal.attention.models.review import SOON_DAYS, ReviewQuerySet
from portal.people import delegations, organisations
from portal.people.models import Delegation
from portal.web import shown

VIEWS = ("mine", "overdue", "due_soon", "all", "answered")


@dataclass(frozen=True, slots=True)
class Row:
    """One review with its subject, for a list."""

    review: Review
    subject: Any
    label: str
    word: str
    unit: str
    due_word: str
    due_tone: str
    delegation: Delegation | None = None  # who answers for the owner today


def narrow(rows: ReviewQuerySet, view: str, user: Any) -> ReviewQuerySet:
    """The reviews of one view; all of them open but the answered ones."""
    today = organisations.today()
    if view == "mine":
        return rows.open().for_person(user)
    if view == "overdue":
        return rows.overdue(today)
    if view == "due_soon":
        return rows.due_soon(today)
    return rows.filter(state=Review.State.DONE) if view == "answered" else rows.open()


def count(rows: ReviewQuerySet, user: Any) -> dict[str, int]:
    """How many stand in each view of open reviews, and how many of them are the reader's `own` to answer; one query."""
    today = organisations.today()
    mine = Review.objects.for_person(user).values("pk")
    return rows.open().aggregate(
        mine=Count("pk", filter=Q(pk__in=mine)),
        own=Count("pk", filter=Q(owner=user.pk)),
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        due_soon=Count("pk", filter=Q(due_on__gte=today, due_on__lte=today + timedelta(days=SOON_DAYS))),
        all=Count("pk"),
    )


def rows_of(reviews: Sequence[Review], user: Any) -> list[Row]:
    """`reviews` with what `user` sees of their subjects: one query a kind."""
    found = subjects.fetch([review.key for review in reviews], user)
    today = organisations.today()
    acting = delegations.acting_for(review.owner_id for review in reviews if review.is_open)
    return [_row(review, found[review.key], today, acting) for review in reviews if review.key in found]


def _row(review: Review, subject: Any, today, acting: Mapping[int, Delegation]) -> Row:
    kind = subjects.of_kind(review.subject_kind)
    return Row(
        review=review,
        subject=subject,
        label=kind.label(subject),
        word=str(kind.word),
        unit=str(kind.unit(subject) or ""),
        due_word=shown.due_word(review.due_on, today),
        due_tone=shown.due_tone(review.due_on, today),
        delegation=acting.get(review.owner_id),
    )
