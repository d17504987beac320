"""What custom fields and tags said of a subject from time to time, told among its other changes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from portal.archive import changes
from portal.archive.changes import Change, Entry
from portal.people.models import User
from portal.workbench import custom_fields, particulars, spelling
from portal.workbench.models import CustomField, Particulars

Event = Particulars.pgh_event_model


def read(kind: str, subject: Model, user: Any, limit: int = changes.SHOWN) -> tuple[list[Entry], bool]:
    """As `changes.read`, with what stands beside the row. Two queries more where fields or tags are defined at all."""
    return merged(kind, subject, *changes.read(kind, subject, user, limit), limit)


def merged(kind: str, subject: Model, entries: Sequence[Entry], has_more: bool, limit: int) -> tuple[list[Entry], bool]:
    """`entries` of `subject`, newest first, with those of what is said beside it."""
    defined = custom_fields.known()
    if not defined.fields.get(kind) and not defined.tags:
        return list(entries), has_more
    rows = Event.objects.filter(subject_kind=kind, subject_id=subject.pk).select_related("pgh_context")
    events = list(rows.order_by("-pgh_id")[: limit + 1])
    fields = {particulars.kept_as(field): field for field in defined.fields.get(kind, ())}
    found = [*entries, *_told(events, fields, {tag.pk: tag.name for tag in defined.tags})]
    found.sort(key=lambda entry: entry.at, reverse=True)
    return found[:limit], has_more or len(found) > limit


def _told(events: Sequence[Any], fields: Mapping[str, CustomField], tags: Mapping[int, str]) -> Iterator[Entry]:
    people = _people(events, fields)
    for event, older in pairwise([*events, None]):
        before, had = (older.told, older.tags) if older is not None else ({}, [])
        told = event.pgh_context.metadata if event.pgh_context else {}
        found = [
            Change(
                field.label, _said(field, before.get(name), people), _said(field, event.told.get(name), people), f"x_{field.key}"
            )
            for name, field in fields.items()
            if before.get(name) != event.told.get(name)
        ]
        if list(had) != list(event.tags):
            found.append(Change(_("Tags"), _names(had, tags), _names(event.tags, tags), "tags"))
        if found:
            who, request = people.get(told.get("actor")), told.get("request") or told.get("job") or ""
            what = _("Said besides")
            yield Entry(event.pgh_created_at, who.name if who else "", request, what, tuple(found), told.get("actor"))


def _people(events: Sequence[Any], fields: Mapping[str, CustomField]) -> dict[Any, User]:
    """Whoever did it, and whoever stood in a field. One query."""
    wanted = {event.pgh_context.metadata.get("actor") for event in events if event.pgh_context}
    named = [name for name, field in fields.items() if field.type == CustomField.Type.PERSON]
    wanted |= {event.told.get(name) for event in events for name in named}
    return User.objects.in_bulk(list(wanted - {None})) if wanted - {None} else {}


def _said(field: CustomField, kept: Any, people: Mapping[Any, User]) -> str:
    return spelling.on_page(particulars.value(field, kept, people))


def _names(ids: Sequence[int], tags: Mapping[int, str]) -> str:
    return ", ".join(sorted(tags.get(pk, _("a merged tag")) for pk in ids))
