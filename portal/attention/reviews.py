"""One engine for everything dated: schedule, move, answer, cancel.

A review's kind is "<subject kind>.<what for>", as in "risk.review". The app that owns the subject fills the hooks below in
its ready(), so attention never imports it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal import clock, subjects
from portal.attention import panels
from portal.attention.errors import AlreadyAnswered, MovedMeanwhile, NotYours, RateAnew, UnknownOutcome, WordsMissing
from portal.attention.models import Reminder, Review
from portal.attention.models.about_subjects import DATED
from portal.attention.models.review import UNCHANGED_AT_MOST
from portal.people import delegations
from portal.record import audit


@dataclass(frozen=True)
class Change:
    """One thing that differs from what the last review saw; values as a person reads them."""

    label: str
    before: str
    after: str
    at: datetime | None = None


Answered = Callable[..., None]  # (review, *, actor, note): inside the transaction, subject and review locked
Changes = Callable[[Review, datetime | None, Any], Sequence[Change]]  # (review, since the last review, reader)
Sides = Callable[[Sequence[tuple[int, int]]], Mapping[tuple[int, int], str]]  # (subject id, owner id) → "CIO" or "CISO"
Address = Callable[[Review], str]

_answered: dict[str, Answered] = {}
_changes: dict[str, Changes] = {}
_sides: dict[str, Sides] = {}
_addresses: dict[str, Address] = {}
_questions: dict[str, str | Promise] = {}


def on_answer(kind: str, function: Answered) -> None:
    """`function(review, *, actor, note)` does what an answer means to the subject: its dates, its end, the next review."""
    _answered[kind] = function
    subject_kind = kind.partition(".")[0]
    if subject_kind not in DATED:
        DATED.add(subject_kind)
        subjects.add_panel(
            subject_kind, "review", "attention/reviews/_panel.html", partial(panels.upcoming, subject_kind), order=20
        )


def changes_with(kind: str, function: Changes) -> None:
    """`function(review, since, user)` tells what changed since the last review; without one the row history tells."""
    _changes[kind] = function


def sides_with(kind: str, function: Sides) -> None:
    """`function(pairs)` tells on whose side each (subject id, owner id) stands: the seat that hears of it when it stays overdue."""
    _sides[kind] = function


def changed_at(kind: str, function: Address) -> None:
    """`function(review)` is the address of the page where its subject is rated or changed."""
    _addresses[kind] = function


def ask_with(kind: str, question: str | Promise) -> None:
    """What a review of `kind` asks, where it is something else than whether its subject is still true; answered where
    `changed_at` leads."""
    _questions[kind] = question


def own_question(kind: str) -> str:
    """What it asks instead, "" where it asks the usual."""
    return str(_questions.get(kind, ""))


def question(kind: str) -> str:
    return own_question(kind) or _("Still true?")


def sides(kind: str, pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    return _sides[kind](pairs) if kind in _sides else {}


def change_address(review: Review) -> str:
    """Where the subject is changed, "" where its app names no page."""
    return _addresses[review.kind](review) if review.kind in _addresses else ""


def changes_of(review: Review) -> Changes | None:
    return _changes.get(review.kind)


def subject_kinds() -> list[str]:
    """The kinds of things that are reviewed, as their apps told."""
    return sorted(DATED & set(subjects.all_kinds()))


@transaction.atomic
def schedule(subject: Model, kind: str, due_on: date, people: Iterable[Any], *, owner: Any, actor: Any = None) -> Review:
    """Let `owner` look at `subject` by `due_on`; `people` are told too and may answer. Moves the open review if there is one.

    The caller has locked the subject. An unchanged review is left as it is. Raises LookupError for a kind of which no app
    said what its answer means.
    """
    if kind not in _answered:
        raise LookupError(f"{kind} is no kind of review: name it by reviews.on_answer().")
    subject_kind = subjects.kind_of(subject)
    named = {person.pk for person in people} - {owner.pk}
    review = _open(subject_kind, subject.pk, kind)
    if review is None:
        try:
            with transaction.atomic():
                return _begin(subject_kind, subject.pk, kind, due_on, named, owner, actor)
        except IntegrityError:  # somebody else began it in this moment
            review = _open(subject_kind, subject.pk, kind)
            if review is None:
                raise
    return _move(review, due_on, named, owner, actor)


def _open(subject_kind: str, subject_id: int, kind: str) -> Review | None:
    rows = Review.objects.open().filter(subject_kind=subject_kind, subject_id=subject_id, kind=kind)
    return rows.select_for_update().first()


def _begin(subject_kind, subject_id, kind, due_on, named, owner, actor) -> Review:
    last = previous(subject_kind, subject_id, kind)
    running = last.unchanged_in_a_row + 1 if last and last.outcome == Review.Outcome.UNCHANGED else 0
    review = Review.objects.create(
        subject_kind=subject_kind, subject_id=subject_id, kind=kind, due_on=due_on, owner=owner, unchanged_in_a_row=running
    )
    review.people.add(*named)
    _take_up(review, named)
    audit.record(actor, "review.scheduled", review, _about(review, due_on=due_on.isoformat(), owner=owner.pk))
    return review


def _move(review: Review, due_on: date, named: set[int], owner: Any, actor: Any) -> Review:
    known = set(review.people.values_list("pk", flat=True))
    facts = {}
    if review.due_on != due_on:
        facts |= {"due_on": [review.due_on.isoformat(), due_on.isoformat()]}
    if review.owner_id != owner.pk:
        facts |= {"owner": [review.owner_id, owner.pk]}
    if known != named:
        facts |= {"people": [sorted(known), sorted(named)]}
    if not facts:
        return review
    review.due_on, review.owner = due_on, owner
    review.version += 1
    review.save(update_fields=["due_on", "owner", "version"])
    review.people.set(named)
    told = Reminder.objects.open().filter(review=review)
    told.exclude(due_on=due_on, recipient__in=named | {owner.pk}).update(settled_at=clock.now())
    _take_up(review, named)
    audit.record(actor, "review.moved", review, _about(review, **facts))
    return review


def _take_up(review: Review, named: set[int]) -> None:
    """Who was told of this very date before is not told again: the last thing they heard counts once more."""
    told = Reminder.objects.filter(
        subject_kind=review.subject_kind,
        subject_id=review.subject_id,
        kind__startswith=f"{review.kind}.",
        due_on=review.due_on,
        recipient__in=named | {review.owner_id},
    )
    last = told.order_by("recipient", "-id").distinct("recipient").values("pk")
    Reminder.objects.settled().filter(pk__in=last).update(review=review, settled_at=None)


@transaction.atomic
def answer(review: Review, outcome: str, *, actor: Any, version: int | None, note: str = "") -> Review:
    """Close `review` with `outcome`; the subject's app hears of it and schedules the next.

    `version` None leaves the check to the caller. Raises MovedMeanwhile, AlreadyAnswered, NotYours, RateAnew, UnknownOutcome,
    WordsMissing, and whatever the subject's own rules refuse.
    """
    if outcome not in Review.Outcome.values:
        raise UnknownOutcome(outcome)
    _lock_subject(review)
    review = Review.objects.select_for_update(of=("self",)).select_related("owner").get(pk=review.pk)
    if not review.is_open:
        raise AlreadyAnswered
    if version is not None and version != review.version:
        raise MovedMeanwhile(version=review.version)
    if not may_answer(review, actor):
        raise NotYours(review)
    note = note.strip()
    if outcome == Review.Outcome.UNCHANGED and must_rate_anew(review):
        raise RateAnew
    if outcome != Review.Outcome.UNCHANGED and not note:
        raise WordsMissing
    review.outcome = outcome
    _close(review, Review.State.DONE, actor)
    stands_for = {"for": review.owner_id} if answers_for_owner(review, actor) else {}
    audit.record(actor, "review.answered", review, _about(review, outcome=outcome, **stands_for), text=note)
    if review.kind in _answered:
        _answered[review.kind](review, actor=actor, note=note)
    return review


@transaction.atomic
def entrust(review: Review, owner: Any, *, actor: Any) -> Review:
    """Let `owner` answer instead of whoever did. Raises AlreadyAnswered."""
    _lock_subject(review)
    review = Review.objects.select_for_update(of=("self",)).select_related("owner").get(pk=review.pk)
    if not review.is_open:
        raise AlreadyAnswered
    named = set(review.people.values_list("pk", flat=True)) - {owner.pk}
    return _move(review, review.due_on, named, owner, actor)


@transaction.atomic
def unname(review: Review, person: Any, *, actor: Any) -> Review:
    """`person` is no longer told of `review` nor answers it; nothing happens where they are not named."""
    _lock_subject(review)
    review = Review.objects.select_for_update(of=("self",)).select_related("owner").get(pk=review.pk)
    named = set(review.people.values_list("pk", flat=True)) - {person.pk}
    return _move(review, review.due_on, named, review.owner, actor)


@transaction.atomic
def cancel(subject: Model, kind: str, *, actor: Any = None) -> None:
    """The open review of `kind` falls away with what it was about; nothing to do where there is none."""
    review = _open(subjects.kind_of(subject), subject.pk, kind)
    if review is not None:
        _close(review, Review.State.CANCELLED, actor)
        audit.record(actor, "review.cancelled", review, _about(review))


def may_answer(review: Review, actor: Any) -> bool:
    """The owner, the named people and who answers for the owner today, by the table of permissions."""
    if not actor.has_perm(delegations.ANSWER):
        return False
    named = review.owner_id == actor.pk or actor.pk in {person.pk for person in review.people.all()}
    return named or answers_for_owner(review, actor)


def answers_for_owner(review: Review, actor: Any) -> bool:
    """Whether `actor` is the owner's delegate today."""
    return review.owner_id in delegations.delegators_of(actor)


def must_rate_anew(review: Review) -> bool:
    return review.unchanged_in_a_row >= UNCHANGED_AT_MOST


def previous(subject_kind: str, subject_id: int, kind: str) -> Review | None:
    """The last answered review of this kind, None before the first."""
    rows = Review.objects.filter(subject_kind=subject_kind, subject_id=subject_id, kind=kind, state=Review.State.DONE)
    return rows.order_by("-closed_at", "-id").first()


def upcoming(review: Review) -> Review | None:
    """The open review of the same kind and subject, the next one after a closed one."""
    rows = Review.objects.open().filter(subject_kind=review.subject_kind, subject_id=review.subject_id, kind=review.kind)
    return rows.select_related("owner").first()


def _close(review: Review, state: str, actor: Any) -> None:
    review.state = state
    review.closed_by = actor
    review.closed_at = clock.now()
    review.version += 1
    review.save(update_fields=["state", "outcome", "closed_by", "closed_at", "version"])
    Reminder.objects.open().filter(review=review).update(settled_at=review.closed_at)


def _lock_subject(review: Review) -> None:
    """Before the review, by the written order of locks: the subject's app will change the subject."""
    rows = subjects.of_kind(review.subject_kind).model_class._default_manager
    rows.select_for_update(no_key=True).only("pk").order_by().get(pk=review.subject_id)


def _about(review: Review, **facts: Any) -> dict[str, Any]:
    return {"subject_kind": review.subject_kind, "subject_id": review.subject_id, "review_kind": review.kind, **facts}
