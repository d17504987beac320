"""Comments on any subject: said, said otherwise, answered, resolved, reopened. Who may open the subject reads them all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count as Count_
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from portal import clock
from portal.people import announcements
from portal.people.models import User
from portal.record import audit
from portal.talk import hearing, places
from portal.talk.errors import NoSuchThread, NothingSaid, NotYours, ResolvedYet, SaidMeanwhile, Settled
from portal.talk.models import Comment
from portal.talk.places import Place

LONGEST = 5_000  # letters
MENTIONED, ANSWERED = "comment.mentioned", "comment.answered"


@dataclass(frozen=True, slots=True)
class Count:
    """How many threads there are, and how many of them wait."""

    all: int
    open: int


@dataclass(frozen=True, slots=True)
class Version:
    """What a comment said from a moment on."""

    at: Any
    text: str


def threads(place: Place) -> QuerySet[Comment]:
    """The threads about one subject with their answers, oldest answer first; three queries."""
    replies = Comment.objects.about(place.kind, place.pk).select_related("author").prefetch_related("mentions").order_by("pk")
    begun = Comment.objects.about(place.kind, place.pk).filter(answers=None)
    return begun.select_related("author", "resolved_by").prefetch_related("mentions", Prefetch("replies", replies))


def count(place: Place) -> Count:
    begun = Comment.objects.about(place.kind, place.pk).filter(answers=None)
    return Count(**begun.aggregate(all=Count_("pk"), open=Count_("pk", filter=Q(resolved_at=None))))


def find(pk: int, user: Any) -> tuple[Comment, Place]:
    """One comment and what it is about, for whoever may open that. Raises Http404."""
    comment = Comment.objects.select_related("author").prefetch_related("mentions").filter(pk=pk).first()
    if comment is None:
        raise Http404
    return comment, places.find(*comment.key, user)


def thread_of(place: Place, pk: int | None) -> Comment | None:
    """The comment with which a thread about this subject begins; `pk` may be that of any comment in it."""
    found = Comment.objects.about(place.kind, place.pk).filter(pk=pk).select_related("answers__author", "author").first()
    return found and (found.answers or found)


def versions(comment: Comment) -> Sequence[Version]:
    """All that it said, oldest first; the first is the original."""
    found: list[Version] = []
    for event in Comment.pgh_event_model.objects.filter(pgh_obj_id=comment.pk).order_by("pgh_id"):
        if not found or found[-1].text != event.text:
            found.append(Version(event.pgh_created_at, event.text))
    return found


@transaction.atomic
def write(place: Place, text: str, *, actor: Any, mentions: Iterable[int] = (), answers: int | None = None) -> Comment:
    """Say `text` about a subject that `actor` may open; those mentioned hear of it once, those of the thread that it `answers`
    as well. Raises NothingSaid, NotForThem, NoSuchThread, Settled."""
    said = _said(text)
    told = hearing.check(place, mentions)
    begun = None
    if answers is not None:
        begun = thread_of(place, answers)
        if begun is None:
            raise NoSuchThread
        begun = _locked(begun)
        if begun.resolved_at is not None:
            raise Settled
    comment = Comment.objects.create(
        subject_kind=place.kind, subject_id=place.pk, answers=begun, text=said, author=actor, written_at=clock.now()
    )
    comment.mentions.set(told)
    audit.record(actor, "comment.written", comment, _told(comment, mentions=sorted(told), answers=begun.pk if begun else None))
    _tell(place, comment, told, actor)
    return comment


@transaction.atomic
def change(place: Place, comment: Comment, text: str, *, actor: Any, version: int | None, mentions: Iterable[int]) -> Comment:
    """Say it otherwise; the versions keep what it said. Who is newly mentioned hears of it. `version` None leaves the check to
    the caller. Raises SaidMeanwhile, NotYours, NothingSaid, NotForThem."""
    comment = _locked(comment)
    if comment.author_id != actor.pk:
        raise NotYours
    if version is not None and version != comment.version:
        raise SaidMeanwhile(version=comment.version)
    said = _said(text)
    before = set(comment.mentions.values_list("pk", flat=True))
    told = hearing.check(place, mentions, known=before)
    if said == comment.text and told == before:
        return comment
    if said != comment.text:
        comment.text, comment.changed_at = said, clock.now()
    comment.version += 1
    comment.save(update_fields=["text", "changed_at", "version"])
    comment.mentions.set(told)
    audit.record(actor, "comment.changed", comment, _told(comment, mentions=sorted(told)))
    announcements.tell(place.row, f"{MENTIONED}.{comment.pk}", told - before - {actor.pk}, {"comment": comment.pk, "by": actor.pk})
    return comment


@transaction.atomic
def resolve(comment: Comment, *, actor: Any) -> Comment:
    """The thread needs nothing more. Raises ResolvedYet."""
    comment = _locked(comment)
    if comment.resolved_at is not None:
        raise ResolvedYet
    comment.resolved_at, comment.resolved_by = clock.now(), actor
    return _settle(comment, "comment.resolved", actor)


@transaction.atomic
def reopen(comment: Comment, *, actor: Any) -> Comment:
    """The thread needs something again. Raises ResolvedYet."""
    comment = _locked(comment)
    if comment.resolved_at is None:
        raise ResolvedYet
    comment.resolved_at = comment.resolved_by = None
    return _settle(comment, "comment.reopened", actor)


def _settle(comment: Comment, verb: str, actor: Any) -> Comment:
    comment.version += 1
    comment.save(update_fields=["resolved_at", "resolved_by", "version"])
    audit.record(actor, verb, comment, _told(comment))
    return comment


def _locked(comment: Comment) -> Comment:
    return Comment.objects.select_for_update(of=("self",)).select_related("author").get(pk=comment.pk)


def _said(text: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if not said or len(said) > LONGEST or "\x00" in said:
        raise NothingSaid(LONGEST)
    return said


def _told(comment: Comment, **more: Any) -> dict[str, Any]:
    return {"subject_kind": comment.subject_kind, "subject_id": comment.subject_id, **more}


def _tell(place: Place, comment: Comment, mentioned: set[int], actor: Any) -> None:
    """Each hears of it once: as mentioned, else as somebody of the thread who may still open the subject."""
    params = {"comment": comment.pk, "by": actor.pk}
    announcements.tell(place.row, f"{MENTIONED}.{comment.pk}", mentioned - {actor.pk}, params)
    if comment.answers_id is not None:
        thread = Comment.objects.filter(answers=comment.answers_id) | Comment.objects.filter(pk=comment.answers_id)
        others = set(thread.values_list("author", flat=True)) - mentioned - {actor.pk}
        heard = hearing.may_open(place, User.objects.filter(pk__in=others))
        announcements.tell(place.row, f"{ANSWERED}.{comment.pk}", heard, params)
