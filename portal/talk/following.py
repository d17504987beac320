"""News for those who watch: the sealed log is read once, in its own order, and each hears of a subject once a mail.

What somebody did themselves is no news to them, what the portal computed is none to anybody, and of what one may not open one
hears nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from portal import subjects
from portal.attention import news, sight
from portal.attention.models import Reminder
from portal.people import access
from portal.people.models import User
from portal.record.models import AuditEntry, Seal
from portal.talk.models import Watch, WatchMark
from portal.talk.watching import VIEW
from portal.workbench import listed
from portal.workbench.models import SavedView

CHANGED = "watch.changed"
LOG_BATCH = 1_000
INBOX = "attention.view_inbox"
_quiet = {
    "score.recomputed",
    "user.watch_begun",
    "user.watch_ended",
    "user.quiet_hours_set",
    "comment.changed",
}  # nothing was done with the subject


@dataclass(frozen=True)
class Done:
    """One thing that was done with one subject."""

    seq: int
    kind: str
    pk: int
    verb: str
    actor: int | None
    at: datetime


def quiet(*verbs: str) -> None:
    """What these entries tell is no news: the portal computed it, or it says nothing of the subject."""
    _quiet.update(verbs)


def tell() -> int:
    """Read on in the log; returns how many people heard something. Safe to run twice, and at once."""
    heard = 0
    while (count := _tell_batch()) is not None:
        heard += count
    return heard


@transaction.atomic
def _tell_batch() -> int | None:
    """None where nothing is left to read, or another process is reading."""
    mark = WatchMark.objects.select_for_update(skip_locked=True).first()
    if mark is None:
        if not WatchMark.objects.exists():  # the past is no news
            WatchMark.objects.get_or_create(pk=1, defaults={"seq": Seal.objects.aggregate(last=Max("seq"))["last"] or 0})
        return None
    seals = list(Seal.objects.filter(seq__gt=mark.seq).select_related("entry").order_by("seq")[:LOG_BATCH])
    if not seals:
        return None
    heard = _bring([one for seal in seals if (one := _done(seal.seq, seal.entry))])
    WatchMark.objects.filter(pk=mark.pk).update(seq=seals[-1].seq)
    return heard


def _done(seq: int, entry: AuditEntry) -> Done | None:
    if entry.verb in _quiet:
        return None
    kind, pk = entry.kind, entry.subject_id
    if kind == "comment":  # what is said about a subject is done with it
        kind, pk = entry.params["subject_kind"], entry.params["subject_id"]
    return Done(seq, kind, pk, entry.verb, entry.actor_id, entry.at)


def _bring(done: Sequence[Done]) -> int:
    by_subject: defaultdict[tuple[str, int], list[Done]] = defaultdict(list)
    for one in done:
        by_subject[one.kind, one.pk].append(one)
    watches = list(_watches(by_subject))
    people = {one.pk: one for one in User.objects.filter(pk__in={w.person_id for w in watches}, is_active=True, is_service=False)}
    access.read_grants(list(people.values())) if people else None
    able = {pk: user for pk, user in people.items() if user.has_perm(INBOX)}
    wanted = _wanted([watch for watch in watches if watch.person_id in able], by_subject, able)
    seen = _seen(wanted, able)
    tellings = {key: told for key, told in wanted.items() if key in seen}
    _write(tellings, by_subject)
    return len({person for person, _kind, _pk in tellings})


def _watches(by_subject: Mapping[tuple[str, int], Any]) -> Iterable[Watch]:
    """Those of these subjects, and of every view of their kinds. Two queries."""
    kinds = {kind for kind, _pk in by_subject}
    direct = Watch.objects.standing().filter(subject_kind__in=kinds, subject_id__in={pk for _kind, pk in by_subject})
    yield from (watch for watch in direct if watch.key in by_subject)
    views = SavedView.objects.filter(kind__in=kinds & set(listed.all_kinds()), archived_at=None).values("pk")
    yield from Watch.objects.standing().filter(subject_kind=VIEW, subject_id__in=views)


def _wanted(watches: Sequence[Watch], by_subject: Mapping[tuple[str, int], list[Done]], able: Mapping[int, User]):
    """(person, kind, id) → (what is new to them, the view by which they hear of it, None where they watch the thing itself)."""
    found: dict[tuple[int, str, int], tuple[list[Done], int | None]] = {}
    views = SavedView.objects.in_bulk({watch.subject_id for watch in watches if watch.subject_kind == VIEW})
    for watch in sorted(watches, key=lambda one: one.subject_kind != VIEW):  # the thing itself comes last and is the better reason
        reached = [(watch.key, None)] if watch.key in by_subject else []
        if watch.subject_kind == VIEW:
            shown = _shown(views.get(watch.subject_id), by_subject, able[watch.person_id])
            reached += [(key, watch.subject_id) for key in shown]
        for key, view in reached:
            told = [one for one in by_subject[key] if one.actor != watch.person_id and one.at >= watch.since]
            if told:
                found[watch.person_id, *key] = told, view
    return found


def _shown(view: SavedView | None, by_subject: Mapping[tuple[str, int], Any], user: User) -> list[tuple[str, int]]:
    """Which of the subjects a view shows to `user` today; nothing where they may no longer open the view. Two queries."""
    if view is None or view.archived_at is not None or not SavedView.objects.visible_to(user).filter(pk=view.pk).exists():
        return []
    ids = [pk for kind, pk in by_subject if kind == view.kind]
    rows = listed.as_defined(view.kind).find(user, view.params).filter(pk__in=ids)
    return [(view.kind, pk) for pk in rows.order_by().values_list("pk", flat=True)]


def _seen(wanted: Iterable[tuple[int, str, int]], able: Mapping[int, User]) -> set[tuple[int, str, int]]:
    """Those of (person, kind, id) that the person may open: a few queries a kind."""
    by_kind: defaultdict[str, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for person, kind, pk in wanted:
        by_kind[kind][person].add(pk)
    return {
        (person, kind, pk)
        for kind, people in by_kind.items()
        if kind in subjects.all_kinds()
        for person, pk in sight.of_many(kind, people, able)
    }


def _write(tellings: Mapping[tuple[int, str, int], tuple[list[Done], int | None]], by_subject: Mapping[Any, Any]) -> None:
    """One row of the inbox a person and subject, until it was read or mailed: what is done in between is added to it."""
    waiting = {
        (row.recipient_id, *row.key): row
        for row in Reminder.objects.open().filter(
            recipient__in={person for person, _kind, _pk in tellings},
            subject_id__in={pk for _person, _kind, pk in tellings},
            kind__startswith=f"{CHANGED}.",
            digest=None,
        )
    }
    numbers = _numbers(by_subject)
    for (person, kind, pk), (done, view) in tellings.items():
        last = done[-1]
        facts = {"verb": last.verb, "by": last.actor, "number": numbers.get((kind, pk), ""), "view": view}
        if (row := waiting.get((person, kind, pk))) is not None:
            row.params = facts | {"count": row.params["count"] + len(done)}
            row.save(update_fields=["params"])
        else:
            subject = subjects.of_kind(kind).model_class(pk=pk)
            news.bring(f"{CHANGED}.{last.seq}", [(subject, [person], facts | {"count": len(done)})])


def _numbers(by_subject: Mapping[tuple[str, int], Any]) -> dict[tuple[str, int], str]:
    """R-0017: how people call what has a number. One query a kind that has."""
    found: dict[tuple[str, int], str] = {}
    for kind in {kind for kind, _pk in by_subject}:
        model = subjects.of_kind(kind).model_class if kind in subjects.all_kinds() else None
        if model is not None and any(one.name == "number" and one.max_length for one in model._meta.concrete_fields):
            rows = model._default_manager.filter(pk__in=[pk for one, pk in by_subject if one == kind]).values_list("pk", "number")
            found |= {(kind, pk): number for pk, number in rows}
    return found
