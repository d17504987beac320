"""Hear of what is done with a subject, or with whatever a saved view shows: begun and ended by oneself."""

from typing import Any

from django.db import transaction

from portal import clock, subjects
from portal.people.models import User
from portal.record import audit
from portal.talk import places
from portal.talk.errors import TooManyWatches
from portal.talk.models import Watch
from portal.talk.places import Place

MOST = 500  # subjects that one person watches
VIEW = "saved-view"


def of(place: Place, user: Any) -> Watch | None:
    """Whether `user` watches this, and since when."""
    return Watch.objects.standing().filter(person=user.pk, subject_kind=place.kind, subject_id=place.pk).first()


def own(user: Any) -> list[tuple[Watch, Place]]:
    """What `user` watches and may still open, the newest first; one query a kind."""
    rows = list(Watch.objects.standing().filter(person=user.pk).order_by("-pk"))
    found = subjects.fetch([row.key for row in rows], user)
    return [(row, Place(row.subject_kind, found[row.key])) for row in rows if row.key in found]


@transaction.atomic
def begin(place: Place, *, actor: Any) -> Watch:
    """Nothing happens where it is watched already. Raises TooManyWatches."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=actor.pk)
    if (standing := of(place, actor)) is not None:
        return standing
    if Watch.objects.standing().filter(person=actor.pk).count() >= MOST:
        raise TooManyWatches(MOST)
    watch = Watch.objects.create(person=actor, subject_kind=place.kind, subject_id=place.pk, since=clock.now())
    audit.record(actor, "user.watch_begun", actor, {"kind": place.kind, "subject": place.pk})
    return watch


@transaction.atomic
def end(watch: Watch, *, actor: Any) -> Watch:
    """Nothing happens where it was ended already; also what one may no longer open is watched no more."""
    watch = Watch.objects.select_for_update().get(pk=watch.pk, person=actor.pk)
    if watch.ended_at is None:
        watch.ended_at = clock.now()
        watch.save(update_fields=["ended_at"])
        audit.record(actor, "user.watch_ended", actor, {"kind": watch.subject_kind, "subject": watch.subject_id})
    return watch


def find(pk: int, user: Any) -> Watch | None:
    return Watch.objects.visible_to(user).filter(pk=pk).first()


def address(kind: str, pk: int) -> str:
    """Where one begins and ends to watch a subject."""
    return f"{places.address(kind, pk)}watch/"
