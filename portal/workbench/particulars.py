"""What custom fields and tags say of one thing: how it is kept, read and told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from portal import subjects
from portal.errors import Invalid
from portal.people.models import User
from portal.record import audit
from portal.workbench import custom_fields, listed
from portal.workbench.errors import RowSavedMeanwhile
from portal.workbench.listed import Choice, Listed
from portal.workbench.models import CustomField, Particulars

Type = CustomField.Type
TOLD = "custom_fields.told"
ROW = "_particulars"  # where a row of any kind carries what is said of it
LONGEST_TEXT = 1_000
MOST = Decimal(10) ** 15
MOST_TAGS = 50
YES, NO = "yes", "no"


class Said:
    """(told, tags) of one row."""

    __slots__ = ("tags", "told")

    def __init__(self, told: Mapping[str, Any] | None, tags: Sequence[int] | None):
        self.told, self.tags = dict(told or {}), tuple(tags or ())


def carry(kind: str, rows: Iterable[Any]) -> None:
    """Let each of `rows` know what is said of it. One query."""
    wanted = {row.pk: row for row in rows}
    found = Particulars.objects.filter(subject_kind=kind, subject_id__in=wanted) if wanted else ()
    said = {one.subject_id: Said(one.told, one.tags) for one in found}
    for pk, row in wanted.items():
        setattr(row, ROW, said.get(pk) or Said(None, None))


def of(kind: str, row: Any) -> Said:
    """What the row carries, or what the database says now."""
    if getattr(row, ROW, None) is None:
        carry(kind, [row])
    return getattr(row, ROW)


def plain(field: CustomField, value: Any) -> Any:
    """As it is kept; None where nothing is said. Raises Invalid."""
    if value in (None, ""):
        return None
    if field.type in (Type.NUMBER, Type.MONEY):
        return f"{_number(field, value):f}"
    if field.type == Type.DAY:
        return value.isoformat() if isinstance(value, date) else _refuse(field, _("Give a day."))
    if field.type == Type.FLAG:
        return YES if value in (True, YES) else NO if value in (False, NO) else _refuse(field, _("Say yes or no."))
    if field.type == Type.CHOICE:
        known = {one["key"] for one in field.options}
        return value if value in known else _refuse(field, _("Choose one of the list."))
    if field.type == Type.PERSON:
        return value.pk if isinstance(value, User) else _refuse(field, _("Choose a person."))
    words = str(value).replace("\x00", "").strip()
    if len(words) > LONGEST_TEXT:
        _refuse(field, _("Keep it under %(longest)s characters.") % {"longest": f"{LONGEST_TEXT:,}"})
    return words or None


def value(field: CustomField, kept: Any, people: Mapping[int, Any] | None = None) -> Any:
    """What lists read: text, number, day, Choice, person, or None."""
    if kept in (None, ""):
        return None
    if field.type in (Type.NUMBER, Type.MONEY):
        return Decimal(kept)
    if field.type == Type.DAY:
        return parse_date(kept)
    if field.type == Type.FLAG:
        return Choice(kept, _("yes") if kept == YES else _("no"))
    if field.type == Type.CHOICE:
        return Choice(kept, next((one["label"] for one in field.options if one["key"] == kept), kept))
    if field.type == Type.PERSON:
        return people.get(kept) if people is not None else User.objects.filter(pk=kept).first()
    return kept


def put_back(field: CustomField, kept: Any) -> Any:
    """What `tell` takes for what was kept."""
    found = value(field, kept)
    return found.key if isinstance(found, Choice) else found


@transaction.atomic
def tell(
    kind: Listed,
    row: Any,
    *,
    actor: Any,
    version: int | None,
    answers: Mapping[CustomField, Any],
    tags: Iterable[int] | None = None,
    more: Iterable[int] = (),
    fewer: Iterable[int] = (),
) -> Any:
    """Say of `row`, which `actor` may open, what `answers` hold (None: nothing), and which `tags` it bears (None: as before), with
    `more` and without `fewer`. It is a change of the row: its version goes up. Raises Stale, Invalid by field, PermissionDenied,
    and whatever the verb of its kind refuses."""
    if kind.change is None or not actor.has_perm(kind.permission) or not actor.has_perm(kind.write_permission):
        raise PermissionDenied
    row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if getattr(row, "archived_at", None) is not None:
        raise Invalid(_("This was archived, so nothing is changed in it."))
    kind.open_to(row, actor)
    if version is not None and version != row.version:
        raise RowSavedMeanwhile(kind.subject.label(row), row.version)
    Particulars.objects.bulk_create([Particulars(subject_kind=kind.kind, subject_id=row.pk)], ignore_conflicts=True)
    beside = Particulars.objects.select_for_update().get(subject_kind=kind.kind, subject_id=row.pk)
    before = Said(beside.told, beside.tags)
    after = _after(kind, before, answers, tags, more, fewer)
    setattr(row, ROW, after)
    if (after.told, after.tags) == (before.told, before.tags):
        return row
    beside.told, beside.tags, beside.version = after.told, list(after.tags), beside.version + 1
    beside.save(update_fields=["told", "tags", "version"])
    row.version += 1
    row.save(update_fields=["version"])
    fields = sorted(name for name in {*before.told, *after.told} if before.told.get(name) != after.told.get(name))
    params = {"fields": [int(name[1:]) for name in fields if name[1:].isdecimal()], "tags": [list(before.tags), list(after.tags)]}
    audit.record(actor, TOLD, row, params)
    return row


def naming(person: User) -> QuerySet[Particulars]:
    """What names `person` in a field that stands."""
    found = Q(pk__in=())
    for field in _of_people():
        found |= Q(told__contains={kept_as(field): person.pk})
    return Particulars.objects.filter(found)


def name_kind(beside: Particulars) -> str:
    """What kind of thing it is beside, and no more: whoever hands over may not be allowed to open it."""
    return str(subjects.of_kind(beside.subject_kind).word)


@transaction.atomic
def hand_over(beside: Particulars, person: User, successor: User, *, actor: Any) -> User:
    """Let `successor` stand where `person`, who leaves, does. It is a change of the thing."""
    beside = Particulars.objects.select_for_update().get(pk=beside.pk)
    names = {kept_as(field): field.pk for field in _of_people() if beside.told.get(kept_as(field)) == person.pk}
    beside.told, beside.version = {**beside.told, **dict.fromkeys(names, successor.pk)}, beside.version + 1
    beside.save(update_fields=["told", "version"])
    rows = subjects.of_kind(beside.subject_kind).model_class._default_manager
    row = rows.select_for_update(of=("self",)).get(pk=beside.subject_id)
    row.version += 1
    row.save(update_fields=["version"])
    told = {"fields": sorted(names.values()), "tags": [beside.tags, beside.tags], "person": [person.pk, successor.pk]}
    audit.record(actor, TOLD, row, told)
    return successor


def _of_people() -> list[CustomField]:
    return [field for kind in listed.all_kinds() for field in custom_fields.of(kind) if field.type == Type.PERSON]


def _after(kind: Listed, before: Said, answers: Mapping[CustomField, Any], tags: Any, more: Any, fewer: Any) -> Said:
    told, wrong = dict(before.told), {}
    standing = {field.pk for field in custom_fields.of(kind.kind)} & custom_fields.kept_in_use(field.pk for field in answers)
    for field, answer in answers.items():
        try:
            if field.pk not in standing:
                _refuse(field, _("This field is retired. Load the page again."))
            kept, name = plain(field, answer), kept_as(field)
            if isinstance(answer, User) and kept != before.told.get(name) and not answer.is_active:
                _refuse(field, _("Choose somebody who works here."))
            told.pop(name, None)
            told |= {} if kept is None else {name: kept}
        except Invalid as error:
            wrong |= error.fields
    known = {tag.pk for tag in custom_fields.known().tags}
    chosen = (set(before.tags if tags is None else tags) | set(more)) - set(fewer)
    if chosen - known - set(before.tags) or len(chosen) > MOST_TAGS:
        wrong["tags"] = [_("Choose at most %(most)s of the tags there are.") % {"most": MOST_TAGS}]
    if wrong:
        raise Invalid(_("Some answers do not fit yet."), wrong)
    return Said(told, sorted(chosen))


def _number(field: CustomField, told: Any) -> Decimal:
    number = told if isinstance(told, Decimal) else Decimal(str(told))
    if not number.is_finite() or abs(number) >= MOST or (field.type == Type.MONEY and number != round(number, 2)):
        _refuse(field, _("Give a number below 10^15; money has two decimals."))
    return round(number, 2) if field.type == Type.MONEY else number.normalize() if number else Decimal(0)


def _refuse(field: CustomField, sentence: str) -> Any:
    raise Invalid(sentence, {name_of(field): [sentence]})


def kept_as(field: CustomField) -> str:
    """Its key in what is kept: no number, which JSON paths would take for a place in a list."""
    return f"f{field.pk}"


def name_of(field: CustomField) -> str:
    """Its name in addresses, files and forms, apart from those of the kind itself."""
    return f"x_{field.key}"
