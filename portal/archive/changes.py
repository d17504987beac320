"""Who changed what and when, of any registered kind: row versions and audit entries read as changes in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Field, Model, Value
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal import subjects
from portal.people.models import Unit, User
from portal.record import redacting
from portal.record.models import AuditEntry
from portal.web import shown

Word = str | Promise
SHOWN, MOST = 12, 500
_SILENT = {"id", "version", "search"}  # they say nothing to a person
_CLOSE = timedelta(seconds=2)  # a version and the entry of the verb that made it lie in one transaction


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after, in words; empty where there was or is nothing."""

    label: str
    before: str
    after: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One moment at which something changed; `who` is "" where the portal itself did it. `request` is the id of the request
    or, where nobody asked, of the job that did it."""

    at: datetime
    who: str
    request: str
    what: str
    changes: tuple[Change, ...] = field(default=())
    actor: int | None = None
    why: str = ""  # what they wrote with it; told where it is asked for


Teller = Callable[[Any, Any, int], tuple[list[Entry], bool]]  # (subject, user, limit) → newest first, and whether there are more
_tellers: dict[str, Teller] = {}
_labels: dict[str, Mapping[str, Word]] = {}
_verbs: dict[str, Word] = {}


def told_by(kind: str, teller: Teller) -> None:
    """A kind whose changes stand in more tables than its own tells them itself."""
    _tellers[kind] = teller


def words(kind: str, *, fields: Mapping[str, Word] | None = None, verbs: Mapping[str, Word] | None = None) -> None:
    """How the fields of a kind are called, and what its audit entries did; without it a field goes by its own name."""
    _labels[kind] = fields or {}
    _verbs.update(verbs or {})


def read(kind: str, subject: Model, user: Any, limit: int = SHOWN) -> tuple[list[Entry], bool]:
    """The newest changes of `subject`, which `user` may open, newest first, and whether there are more."""
    return _tellers[kind](subject, user, limit) if kind in _tellers else of_rows(kind, subject, user, limit)


def of_rows(kind: str, subject: Model, user: Any, limit: int = SHOWN, *, without: Sequence[str] = ()) -> tuple[list[Entry], bool]:
    """The same from the versions of the row alone, for a kind that adds what no version shows; `without`: verbs it tells itself."""
    told = AuditEntry.objects.filter(kind=kind, subject_id=subject.pk).exclude(verb__in=without)
    entries = list(told.order_by("-pk")[: limit + 1])
    model = subjects.of_kind(kind).model_class
    events = getattr(model, "pgh_event_model", None)
    rows = events.objects.filter(pgh_obj_id=subject.pk).select_related("pgh_context") if events else None
    versions = list(rows.order_by("-pgh_id")[: limit + 2]) if rows is not None else []
    reader = Reader(kind, model, versions, entries, user)
    found = reader.of_versions() if versions else reader.of_entries()
    return found[:limit], len(found) > limit


class Reader:
    """The versions and entries of one subject, with the words for every id in them."""

    def __init__(
        self,
        kind: str,
        model: type[Model],
        versions: Sequence[Any],
        entries: Sequence[AuditEntry],
        user: Any,
        why: Callable[[AuditEntry], str] = lambda _entry: "",
    ):
        self._why = why
        self._kind = kind
        self._versions, self._entries, self._unused = versions, entries, list(entries)
        kept = {one.name for one in versions[0]._meta.concrete_fields} if versions else set()
        self._fields = [one for one in model._meta.concrete_fields if one.name in kept and _speaks(one)]
        self._known = self._names(user)

    def of_versions(self) -> list[Entry]:
        found = []
        for event, older in pairwise([*self._versions, None]):
            if older is None and event.pgh_label != "insert":
                break  # the rest lies beyond the limit
            changes = () if older is None else tuple(self.differences(older, event))
            if older is None or changes:
                found.append(self.entry(event, older, changes))
        return found

    def of_entries(self) -> list[Entry]:
        """A kind without row history: what was done, without the fields."""
        return [
            Entry(one.at, self._person(one.actor_id), one.request_id, str(_verbs.get(one.verb, one.verb)), actor=one.actor_id)
            for one in self._entries
        ]

    def entry(self, event: Any, older: Any, changes: tuple[Change, ...]) -> Entry:
        told = event.pgh_context.metadata if event.pgh_context else {}
        beside = self._beside(event, told)
        actor = told.get("actor") or (beside.actor_id if beside else None)
        request = told.get("request") or told.get("job") or (beside.request_id if beside else "")
        what = _verbs.get(beside.verb) if beside else None
        otherwise = _("Registered") if older is None else _("Archived") if _ended(older, event) else _("Changed")
        why = self._why(beside) if beside else ""
        return Entry(event.pgh_created_at, self._person(actor), request or "", str(what or otherwise), changes, actor, why)

    def _beside(self, event: Any, told: Mapping[str, Any]) -> AuditEntry | None:
        """The entry of the verb that made this version, each taken once: that of the same request, else the newest close by."""
        for one in self._unused:
            if one.request_id == told.get("request") if told.get("request") else abs(one.at - event.pgh_created_at) <= _CLOSE:
                self._unused.remove(one)
                return one
        return None

    def differences(self, older: Any, event: Any) -> Iterable[Change]:
        for one in self._fields:
            before, after = getattr(older, one.attname), getattr(event, one.attname)
            if before != after:
                label = capfirst(str(label_of(self._kind, one)))
                yield Change(label, self._said(one, before), self._said(one, after), one.name)

    def _said(self, one: Field, value: Any) -> str:
        if value in (None, "", [], {}):
            return ""
        if one.is_relation:
            return self._known[one.related_model].get(value) or _("one you may not open")
        if one.choices:
            return str(dict(one.flatchoices).get(value, value))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, datetime):
            return shown.moment(value)
        if isinstance(value, date):
            return shown.date_long(value)
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def _person(self, pk: int | None) -> str:
        return self._known[User].get(pk, "")

    def _names(self, user: Any) -> dict[type[Model], dict[Any, str]]:
        """People and units always, in one query; other kinds as far as `user` may open them, one query a kind."""
        wanted: dict[type[Model], set[Any]] = {User: {one.actor_id for one in self._entries}}
        wanted[User] |= {event.pgh_context.metadata.get("actor") for event in self._versions if event.pgh_context}
        for one in self._fields:
            if one.is_relation:
                wanted.setdefault(one.related_model, set()).update(getattr(event, one.attname) for event in self._versions)
        everybodys = [model for model in (User, Unit) if model in wanted]
        rows = [model.objects.filter(pk__in=wanted[model] - {None}) for model in everybodys]
        names = [one.annotate(of=Value(place)).values_list("of", "pk", "name") for place, one in enumerate(rows)]
        known: dict[type[Model], dict[Any, str]] = {model: {} for model in everybodys}
        for place, pk, name in names[0].union(*names[1:], all=True):
            known[everybodys[place]][pk] = name
        return known | {model: _named(model, ids - {None}, user) for model, ids in wanted.items() if model not in everybodys}


def _named(model: type[Model], ids: set[Any], user: Any) -> dict[Any, str]:
    if not ids:
        return {}
    for subject in subjects.all_kinds().values():
        if subject.model_class is model:
            return {row.pk: subject.label(row) for row in subject.named_to(user).filter(pk__in=ids)}
    return {}


def _speaks(one: Field) -> bool:
    return one.name not in _SILENT and not one.primary_key and (one.editable or one.name == "archived_at")


def verb_word(verb: str) -> str:
    """What an entry did, in words."""
    return str(_verbs.get(verb) or verb.rpartition(".")[2].replace("_", " "))


def _ended(older: Any, event: Any) -> bool:
    return getattr(event, "archived_at", None) is not None and getattr(older, "archived_at", None) is None


def label_of(kind: str, one: Field) -> Word:
    """How people call this field of a kind."""
    return _labels.get(kind, {}).get(one.name) or _labels.get(kind, {}).get(one.attname) or one.verbose_name


def labels(kind: str, names: Iterable[str]) -> list[str]:
    """How people call fields of a kind, and what stands beside it."""
    model, beside = subjects.of_kind(kind).model_class, {one.name: one.label for one in redacting.beside(kind)}
    return [capfirst(str(beside.get(name) or label_of(kind, model._meta.get_field(name)))) for name in names]
