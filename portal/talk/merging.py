"""Merge two rows that tell of one thing, and undo it. Both keep their rows and histories; what hangs on the one goes over.

A kind joins by `register(Mergeable(...))`. Comments, files, watches and open reviews are moved here, for every kind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Q
from django.http import Http404

from portal import clock, subjects
from portal.attention.models import Reminder, Review
from portal.people import announcements
from portal.people.models import User
from portal.record import audit
from portal.record.models import AuditEntry, StoredFile
from portal.talk.errors import GoneAlready, IntoItself, MovedOn, NotYoursToMerge, TouchedSinceMerge, UndoneAlready, VersionsMovedOn
from portal.talk.models import Comment, Merge, Watch
from portal.talk.moves import Moves

MERGED, UNDONE = "merge.done", "merge.undone"


@dataclass(frozen=True)
class Mergeable:
    """`check(survivor, merged, actor)` raises where a rule is against it; `move(survivor, merged, moves)` takes what hangs on the
    one to the other; `after(survivor, merged)` does what follows, at the merge and at its undoing. `quiet_verbs` touch nothing."""

    kind: str
    permission: str
    check: Callable[[Any, Any, Any], None]
    move: Callable[[Any, Any, Moves], None]
    after: Callable[[Any, Any], None]
    related: tuple[str, ...] = ()
    quiet_verbs: frozenset[str] = frozenset()


_mergeable: dict[str, Mergeable] = {}


def register(kind: Mergeable) -> None:
    """Once per kind, in the app's ready()."""
    _mergeable[kind.kind] = kind


def of_kind(kind: str) -> Mergeable:
    """Raises Http404 for a kind whose rows are not merged."""
    if kind not in _mergeable:
        raise Http404
    return _mergeable[kind]


def all_kinds() -> list[str]:
    return sorted(_mergeable)


def may_merge(kind: str, user: Any) -> bool:
    return kind in _mergeable and user.has_perm(_mergeable[kind].permission)


@transaction.atomic
def merge(kind: str, survivor: Model, merged: Model, *, actor: Any, versions: tuple[int | None, int | None]) -> Merge:
    """Let `merged` go on in `survivor`. `versions` are those of both that were read, None where nobody says.

    Raises NotYoursToMerge, IntoItself, GoneAlready, VersionsMovedOn, and what the kind's own rules refuse.
    """
    of = of_kind(kind)
    if survivor.pk == merged.pk:
        raise IntoItself
    survivor, merged = _locked(of, survivor.pk, merged.pk)
    _require(of, actor)
    for row, version in zip((survivor, merged), versions, strict=True):
        if row.archived_at is not None:
            raise GoneAlready(subjects.of_kind(kind).label(row))
        if version is not None and version != row.version:
            raise VersionsMovedOn(survivor=survivor.version, merged=merged.version)
    of.check(survivor, merged, actor)
    moves = Moves()
    of.move(survivor, merged, moves)
    _move_around(kind, survivor.pk, merged.pk, moves)
    moves.set(type(merged)._default_manager.filter(pk=merged.pk), archived_at=clock.now())
    made = Merge.objects.create(kind=kind, survivor_id=survivor.pk, merged_id=merged.pk, moves=moves.told, merged_by=actor)
    _renew(of, survivor, merged, MERGED, made, actor)
    announcements.tell(survivor, f"{MERGED}.{made.pk}", _concerned(survivor, merged) - {actor.pk}, _told(made, merged, actor))
    Merge.objects.filter(pk=made.pk).update(last_entry=_newest(kind, survivor.pk, merged.pk))
    made.refresh_from_db()
    return made


@transaction.atomic
def undo(made: Merge, *, actor: Any) -> Merge:
    """Two rows again, as they were. Raises NotYoursToMerge, UndoneAlready, TouchedSinceMerge."""
    of = of_kind(made.kind)
    survivor, merged = _locked(of, made.survivor_id, made.merged_id)
    made = Merge.objects.select_for_update(of=("self",)).get(pk=made.pk)
    _require(of, actor)
    if made.ended_at is not None:
        raise UndoneAlready
    if touched_since(made):
        raise TouchedSinceMerge
    try:
        with transaction.atomic():
            Moves(made.moves).take_back()
    except MovedOn:
        raise TouchedSinceMerge from None
    made.ended_at, made.undone_by = clock.now(), actor
    made.save(update_fields=["ended_at", "undone_by"])
    _renew(of, survivor, merged, UNDONE, made, actor)
    announcements.tell(survivor, f"{UNDONE}.{made.pk}", _concerned(survivor, merged) - {actor.pk}, _told(made, merged, actor))
    return made


def touched_since(made: Merge) -> bool:
    """Whether anybody did anything with one of the two, or said something about them, since."""
    both = [made.survivor_id, made.merged_id]
    on_them = Q(kind=made.kind, subject_id__in=both)
    said = Q(kind="comment", params__subject_kind=made.kind, params__subject_id__in=both)
    later = AuditEntry.objects.filter(on_them | said, pk__gt=made.last_entry)
    return later.exclude(verb__in=of_kind(made.kind).quiet_verbs).exists()


def survivor_of(kind: str, row: Model, user: Any) -> Model | None:
    """Where `row` goes on, as far as `user` may open that; None where it was merged into nothing. Asks only about what is gone."""
    if row.archived_at is None:
        return None
    made = Merge.objects.filter(kind=kind, merged_id=row.pk, ended_at=None).first()
    return made and subjects.of_kind(kind).visible_to(user).filter(pk=made.survivor_id).first()


def of(kind: str, pk: int, user: Any) -> list[tuple[Merge, Model]]:
    """What went into this row, with the other one as far as `user` may open it; the newest first."""
    made = list(Merge.objects.filter(Q(survivor_id=pk) | Q(merged_id=pk), kind=kind).select_related("merged_by", "undone_by"))
    other = {one.pk: one.merged_id if one.survivor_id == pk else one.survivor_id for one in made}
    found = subjects.fetch([(kind, key) for key in other.values()], user)
    return [(one, found[kind, other[one.pk]]) for one in sorted(made, key=lambda one: -one.pk) if (kind, other[one.pk]) in found]


def find(pk: int, user: Any) -> Merge | None:
    """One merge, for whoever may open both rows."""
    made = Merge.objects.filter(pk=pk).first()
    if made is None:
        return None
    both = subjects.fetch([(made.kind, made.survivor_id), (made.kind, made.merged_id)], user)
    return made if len(both) == 2 else None


def _locked(of: Mergeable, survivor: int, merged: int) -> tuple[Any, Any]:
    """Both rows, the older first, whichever of them survives."""
    rows = subjects.of_kind(of.kind).model_class._default_manager.select_related(*of.related)
    found = {row.pk: row for row in rows.select_for_update(of=("self",)).filter(pk__in=[survivor, merged]).order_by("pk")}
    return found[survivor], found[merged]


def _require(of: Mergeable, actor: Any) -> None:
    if not actor.has_perm(of.permission):
        raise NotYoursToMerge


def _move_around(kind: str, survivor: int, merged: int, moves: Moves) -> None:
    """What hangs on any kind."""
    here = {"subject_kind": kind, "subject_id": merged}
    for model in (Comment, StoredFile):
        moves.set(model._default_manager.filter(**here), subject_id=survivor)
    watches = Watch.objects.standing().filter(**here)
    watching = Watch.objects.standing().filter(subject_kind=kind, subject_id=survivor).values("person")
    moves.set(watches.filter(person__in=watching), ended_at=clock.now())
    moves.set(Watch.objects.standing().filter(**here), subject_id=survivor)
    moves.set(Reminder.objects.open().filter(**here), settled_at=clock.now())
    moves.set(Review.objects.open().filter(**here), state=Review.State.CANCELLED, closed_at=clock.now())


def _renew(of: Mergeable, survivor: Any, merged: Any, verb: str, made: Merge, actor: Any) -> None:
    """Both are another version now, and the log tells of both."""
    type(survivor)._default_manager.filter(pk__in=[survivor.pk, merged.pk]).update(version=F("version") + 1)
    for row, role in ((survivor, "survivor"), (merged, "merged")):
        row.refresh_from_db()
        facts = {"merge": made.pk, "survivor": made.survivor_id, "merged": made.merged_id, "is": role}
        audit.record(actor, f"{of.kind}.{'merged' if verb == MERGED else 'merge_undone'}", row, facts)
    of.after(survivor, merged)


def _newest(kind: str, *ids: int) -> int:
    return AuditEntry.objects.filter(kind=kind, subject_id__in=ids).order_by("-pk").values_list("pk", flat=True)[0]


def _concerned(*rows: Model) -> set[int]:
    """The people that the rows name."""
    fields = [one for one in rows[0]._meta.concrete_fields if one.is_relation and one.related_model is User]
    return {getattr(row, one.attname) for row in rows for one in fields} - {None}


def _told(made: Merge, merged: Any, actor: Any) -> dict[str, Any]:
    return {"merge": made.pk, "by": actor.pk, "number": getattr(merged, "number", str(merged.pk))}
