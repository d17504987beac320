"""Lists with what an administrator added: custom fields and tags as columns, filters, cells and changes of many rows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django import forms
from django.db.models import (
    BigIntegerField,
    DecimalField,
    Exists,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.utils.dateparse import parse_date
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.people.models import User
from portal.told import row_key
from portal.workbench import custom_fields, listed, offered, particulars, table_page
from portal.workbench.editing import Editable
from portal.workbench.listed import Choice, Column, Filter, Listed
from portal.workbench.models import CustomField, Particulars
from portal.workbench.particulars import NO, YES, Said, kept_as, name_of

Type = CustomField.Type
BETWEEN = ".."  # of a filter: "10..20", "2027-01-01..", "..5"
PARTING = "; "
TAGS, MORE, FEWER = "tags", "tag_added", "tag_taken"
NUMBERS = (Type.NUMBER, Type.MONEY)


def extended(kind: Listed) -> Listed:
    """`kind` with its custom fields and the tags, as they are defined now."""
    if kind.change is None:
        return kind
    defined = custom_fields.known()
    fields = defined.of(kind.kind)
    if not fields and not defined.tags:
        return kind
    kept = _extended.get(kind.kind)
    if kept is None or kept[0] != defined.stamp or not defined.stamp:
        _extended[kind.kind] = kept = (defined.stamp, _made(kind, fields, bool(defined.tags)))
    return kept[1]


_extended: dict[str, tuple[str, Listed]] = {}


def _made(kind: Listed, fields: tuple[CustomField, ...], has_tags: bool) -> Listed:
    columns = [_column(kind, field) for field in fields]
    filters = [_filter(field) for field in fields]
    cells = [_editable(kind, field) for field in fields]
    if has_tags:
        columns.append(Column(TAGS, _("Tags"), partial(_tags_of, kind.kind), "", stands=False))
        filters.append(Filter("tag", _("Tag"), lambda user: [(one.pk, one.name) for one in custom_fields.known().tags]))
        cells += _tag_cells(kind)
    return replace(
        kind,
        columns=(*kind.columns, *columns),
        filters=(*kind.filters, *filters),
        editable=(*kind.editable, *cells),
        find=partial(_find, kind, fields),
        change=partial(_change, kind, {name_of(field): field for field in fields}),
    )


def said_of(name: str, row: Any, user: Any) -> list[tuple[Any, str, str]]:
    """What is said besides of one thing that `user` may open: (what, in words, where to change it). None and one query, where
    fields or tags are defined."""
    plain = listed.all_kinds().get(name)
    kind = extended(plain) if plain is not None else None
    if kind is None or kind is plain:
        return []
    may_edit = user.has_perm(kind.permission) and user.has_perm(kind.write_permission)
    columns = kind.columns[len(plain.columns) :]
    cells = [table_page.cell_of(row, column, kind, may_edit=may_edit) for column in columns]
    return [(cell.column.label, cell.text, cell.edit_url) for cell in cells]


def _find(kind: Listed, fields: tuple[CustomField, ...], user: Any, params: Mapping[str, str]) -> QuerySet:
    """The rows with what is said of each, narrowed by what the address asks of it."""
    rows = kind.find(user, params)
    beside = Particulars.objects.filter(subject_kind=kind.kind, subject_id=OuterRef("pk"))
    for field in fields:
        if told := params.get(name_of(field), "").strip():
            rows = rows.filter(_asked(beside, field, told))
    if (tag := row_key(params.get("tag", ""))) is not None:
        rows = rows.filter(Exists(beside.filter(tags__contains=[tag])))
    people = {f"_person_{one.pk}": _person(kind, one) for one in fields if one.type == Type.PERSON}
    return rows.annotate(_told=Subquery(beside.values("told")), _tags=Subquery(beside.values("tags")), **people)


def _asked(beside: QuerySet, field: CustomField, told: str) -> Q:
    """What the address asks of one field; what nobody can read leaves nothing out of a text, and everything out of the rest."""
    name = kept_as(field)
    if field.type == Type.TEXT:
        return Q(Exists(beside.filter(**{f"told__{name}__icontains": told})))
    if field.type == Type.PERSON:
        person = row_key(told)
        return Q(Exists(beside.filter(told__contains={name: person}))) if person is not None else Q(pk__in=())
    if field.type in (Type.CHOICE, Type.FLAG):
        return Q(Exists(beside.filter(told__contains={name: told})))
    read: Callable[[str], Any] = _day if field.type == Type.DAY else _decimal
    first, dots, last = told.partition(BETWEEN)
    bounds = [(read(first), "gte"), (read(last) if dots else read(first), "lte")]
    if all(bound is None for bound, _side in bounds):
        return Q(pk__in=())
    rows = beside.filter(told__has_key=name).annotate(_said=_typed(field, "told"))
    return Q(Exists(rows.filter(**{f"_said__{side}": bound for bound, side in bounds if bound is not None})))


def _typed(field: CustomField, path: Any) -> Any:
    text = KeyTextTransform(kept_as(field), path)
    if field.type in NUMBERS:
        return Cast(text, DecimalField(max_digits=30, decimal_places=9))
    return Cast(text, TextField())


def _person(kind: Listed, field: CustomField) -> Subquery:
    """Key, name and address of whoever stands in the field."""
    beside = Particulars.objects.filter(subject_kind=kind.kind, subject_id=OuterRef(OuterRef("pk")))
    who = beside.values(pk_of=Cast(KeyTextTransform(kept_as(field), "told"), BigIntegerField()))
    named = JSONObject(id="pk", name="name", email="email")
    return Subquery(User.objects.filter(pk__in=who).values(json=named)[:1], output_field=JSONField())


def _column(kind: Listed, field: CustomField) -> Column:
    read = partial(_read, kind.kind, field)
    sort: Any = ""
    if field.type != Type.PERSON:
        beside = Particulars.objects.filter(subject_kind=kind.kind, subject_id=OuterRef("pk"))
        said = Subquery(beside.values(said=_typed(field, "told")))
        least: Any = Decimal(-(10**15)) if field.type in NUMBERS else "9999" if field.type == Type.DAY else ""
        output = DecimalField(max_digits=30, decimal_places=9) if field.type in NUMBERS else TextField()
        sort = Coalesce(said, Value(least, output_field=output), output_field=output)
    groups = field.type in (Type.CHOICE, Type.FLAG)
    return Column(name_of(field), field.label, read, sort, groups, stands=False, is_number=field.type in NUMBERS)


def _read(kind: str, field: CustomField, row: Any) -> Any:
    if field.type == Type.PERSON and hasattr(row, f"_person_{field.pk}"):
        told = getattr(row, f"_person_{field.pk}")
        return User(pk=told["id"], name=told["name"], email=told["email"]) if told else None
    return particulars.value(field, _said(kind, row).told.get(kept_as(field)))


def _said(kind: str, row: Any) -> Said:
    if hasattr(row, "_told") and getattr(row, particulars.ROW, None) is None:
        setattr(row, particulars.ROW, Said(row._told, row._tags))
    return particulars.of(kind, row)


def _tags_of(kind: str, row: Any) -> str | None:
    names = {tag.pk: tag.name for tag in custom_fields.known().tags}
    return PARTING.join(sorted(names[pk] for pk in _said(kind, row).tags if pk in names)) or None


def _filter(field: CustomField) -> Filter:
    ranges = field.type in (*NUMBERS, Type.DAY)
    label = format_lazy(_("{field}, from..to"), field=field.label) if ranges else field.label
    return Filter(name_of(field), label, _offers(field))


def _offers(field: CustomField) -> Any:
    if field.type == Type.CHOICE:
        return lambda user: [(one["key"], one["label"]) for one in field.options]
    if field.type == Type.FLAG:
        return lambda user: [(YES, _("yes")), (NO, _("no"))]
    return offered.people if field.type == Type.PERSON else None


def _editable(kind: Listed, field: CustomField) -> Editable:
    def read(row: Any) -> Any:
        found = _read(kind.kind, field, row)
        return found.key if isinstance(found, Choice) else found

    def say(row: Any) -> Any:
        return _read(kind.kind, field, row)

    return Editable(name_of(field), field.label, lambda user: form_field(field), read=read, say=say)


def form_field(field: CustomField) -> forms.Field:
    """What a form asks; nothing needs an answer."""
    named = {"label": field.label, "required": False, "help_text": field.help}
    if field.type == Type.TEXT:
        return forms.CharField(max_length=particulars.LONGEST_TEXT, **named)
    if field.type in NUMBERS:
        return forms.DecimalField(max_digits=18, decimal_places=2 if field.type == Type.MONEY else 6, **named)
    if field.type == Type.DAY:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **named)
    if field.type == Type.PERSON:
        people = User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")
        return forms.ModelChoiceField(people, empty_label=_("Nobody"), **named)
    offers = [(YES, _("yes")), (NO, _("no"))] if field.type == Type.FLAG else _offered(field)
    return forms.ChoiceField(choices=[("", _("nothing said")), *offers], **named)


def _offered(field: CustomField) -> list[tuple[str, str]]:
    return [(one["key"], one["label"]) for one in field.options if one["is_offered"]]


class TagsField(forms.CharField):
    """Names of tags, parted by semicolons or commas; cleans to their ids."""

    def to_python(self, told: Any) -> Any:
        return tags_named(super().to_python(told))


def tags_named(told: str) -> tuple[int, ...]:
    """Raises forms.ValidationError naming those that are no tags."""
    known = {tag.name.casefold(): tag.pk for tag in custom_fields.known().tags}
    names = [name for part in told.replace(",", ";").split(";") if (name := " ".join(part.split()))]
    if strange := [name for name in names if name.casefold() not in known]:
        raise forms.ValidationError(_("There is no tag “%(name)s”. Name it on the page of tags first.") % {"name": strange[0][:40]})
    return tuple(known[name.casefold()] for name in names)


def _tag_cells(kind: Listed) -> list[Editable]:
    def pick(label: Any) -> Callable[[Any], forms.Field]:
        return lambda user: forms.ChoiceField(label=label, choices=[(one.pk, one.name) for one in custom_fields.known().tags])

    def read(row: Any) -> str:
        return _tags_of(kind.kind, row) or ""

    def nothing(row: Any) -> str:
        return ""

    def words(user: Any) -> forms.Field:
        return TagsField(label=_("Tags"), required=False, max_length=2_000, help_text=_("Parted by semicolons."))

    return [
        Editable(TAGS, _("Tags"), words, several=False, read=read, say=read),
        Editable(MORE, _("Add the tag"), pick(_("Add the tag")), read=nothing, say=nothing),
        Editable(FEWER, _("Take the tag away"), pick(_("Take the tag away")), read=nothing, say=nothing),
    ]


def _change(kind: Listed, own: Mapping[str, CustomField], row: Any, *, actor: Any, version: int | None, **told: Any) -> Any:
    """By the verb of the kind what is its own, by `particulars.tell` the rest."""
    answers = {own[name]: told.pop(name) for name in list(told) if name in own}
    has_tags = {TAGS, MORE, FEWER} & set(told)
    tags, more, fewer = told.pop(TAGS, None), told.pop(MORE, ""), told.pop(FEWER, "")
    if told:
        row = kind.change(row, actor=actor, version=version, **told)
        version = None if version is None else row.version
    if answers or has_tags:
        ids = {"more": [int(more)] if more else [], "fewer": [int(fewer)] if fewer else []}
        row = particulars.tell(kind, row, actor=actor, version=version, answers=answers, tags=tags, **ids)
    return row


def _decimal(told: str) -> Decimal | None:
    try:
        found = Decimal(told.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < particulars.MOST else None


def _day(told: str) -> str | None:
    try:
        found = parse_date(told.strip())
    except ValueError:
        return None
    return found.isoformat() if found else None
