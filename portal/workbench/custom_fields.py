"""Fields that an administrator adds to a kind: define, change, retire; and which there are, known to every process."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Invalid
from portal.record import audit
from portal.workbench import listed, renewing
from portal.workbench.errors import FieldRetired, FieldSavedMeanwhile
from portal.workbench.models import CustomField, Tag

DEFINE = renewing.DEFINE
Type = CustomField.Type
MOST_FIELDS, MOST_OPTIONS = 40, 100  # a kind; a choice
STAMP = "custom-fields"


@dataclass(frozen=True)
class Defined:
    """All fields by kind, in their order, and all tags that stand; `stamp` changes with any of them."""

    stamp: str
    fields: Mapping[str, Sequence[CustomField]]
    tags: Sequence[Tag]

    def of(self, kind: str) -> tuple[CustomField, ...]:
        return tuple(one for one in self.fields.get(kind, ()) if one.retired_at is None)


_kept: dict[str, Defined] = {}  # by database


def known() -> Defined:
    """What is defined now: kept in the process until somebody defines something, in whatever process. One query then."""
    try:
        stamp = cache.get(STAMP) or _renew()
    except Exception:  # whatever the cache's client raises: a memory is not worth a failed page
        return _read("")
    name = connection.settings_dict["NAME"]
    if name not in _kept or _kept[name].stamp != stamp:
        _kept[name] = _read(stamp)
    return _kept[name]


def of(kind: str) -> tuple[CustomField, ...]:
    return known().of(kind)


def kept_in_use(ids: Iterable[int]) -> set[int]:
    """Of these fields those that are in use: nobody retires one of them until the transaction ends."""
    asked = sorted(ids)
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM workbench_customfield WHERE id = ANY(%s) AND retired_at IS NULL ORDER BY id FOR SHARE", [asked]
        )
        return {pk for (pk,) in cursor.fetchall()}


def moved() -> None:
    """Something was defined: at once for this transaction, for everybody else as soon as it is committed."""
    with suppress(Exception):
        _renew()
    transaction.on_commit(_renew, robust=True)


def _renew() -> str:
    stamp = uuid4().hex
    cache.set(STAMP, stamp, None)
    return stamp


def _read(stamp: str) -> Defined:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT json_agg(f ORDER BY f.place, f.id) FROM workbench_customfield f), "
            "(SELECT json_agg(json_build_object('id', t.id, 'name', t.name) ORDER BY lower(t.name)) "
            "FROM workbench_tag t WHERE t.merged_into_id IS NULL)"
        )
        fields, tags = cursor.fetchone()
    by_kind: dict[str, list[CustomField]] = {}
    for row in fields or ():
        by_kind.setdefault(row["kind"], []).append(CustomField(**row))
    return Defined(stamp, by_kind, tuple(Tag(**row) for row in tags or ()))


@transaction.atomic
def define(*, actor: Any, kind: str, label: str, type: str, options: Sequence[str] = (), help: str = "") -> CustomField:
    """A new field of `kind`, last among its fields. Raises Invalid by field, PermissionDenied."""
    _require(actor)
    there = CustomField.objects.filter(kind=kind)
    field = CustomField(kind=kind, type=type, label=" ".join(label.split()), help=" ".join(help.split()), place=there.count() + 1)
    field.options = _options(options, ())
    _check(field)
    if there.filter(retired_at=None).count() >= MOST_FIELDS:
        raise _invalid(
            "kind", _("A kind has at most %(most)s fields of yours. Retire one that nobody needs.") % {"most": MOST_FIELDS}
        )
    field.key = _key(field.label, set(there.values_list("key", flat=True)))
    _save(field)
    audit.record(actor, "custom_field.defined", actor, {"field": field.pk, "kind": kind, "type": type})
    return field


@transaction.atomic
def change(
    field: CustomField, *, actor: Any, version: int | None, label: str, help: str = "", options: Sequence[str] = ()
) -> CustomField:
    """Call it otherwise, or offer other choices; one that is offered no more stays where it was chosen. Raises Invalid by field,
    FieldSavedMeanwhile, FieldRetired, PermissionDenied."""
    field = _locked(field, actor, version)
    field.label, field.help = " ".join(label.split()), " ".join(help.split())
    field.options = _options(options, field.options)
    _check(field)
    field.version += 1
    _save(field)
    renewing.note_who(field, actor)
    audit.record(actor, "custom_field.changed", actor, {"field": field.pk, "kind": field.kind})
    return field


@transaction.atomic
def retire(field: CustomField, *, actor: Any) -> CustomField:
    """Ask for it no more; what was said stays on record, and search forgets it row by row (`renewing`). Whoever says something
    in it at the same moment comes before, or is refused. Raises FieldRetired, PermissionDenied."""
    field = _locked(field, actor, None)
    field.retired_at, field.version = clock.now(), field.version + 1
    _save(field)
    renewing.note_who(field, actor)
    audit.record(actor, "custom_field.retired", actor, {"field": field.pk, "kind": field.kind})
    return field


def _require(actor: Any) -> None:
    if not actor.has_perm(DEFINE):
        raise PermissionDenied


def _locked(field: CustomField, actor: Any, version: int | None) -> CustomField:
    _require(actor)
    field = CustomField.objects.select_for_update().get(pk=field.pk)
    if field.retired_at is not None:
        raise FieldRetired(field)
    if version is not None and version != field.version:
        raise FieldSavedMeanwhile(field)
    return field


def _check(field: CustomField) -> None:
    kind, wrong = listed.all_kinds().get(field.kind), {}
    if kind is None or kind.change is None:
        wrong["kind"] = [_("Choose one of the kinds whose lists can be changed.")]
    if not 1 <= len(field.label) <= CustomField._meta.get_field("label").max_length:
        wrong["label"] = [_("Name it in 1 to 60 characters, as it stands above its column.")]
    elif kind is not None and field.label.casefold() in {str(column.label).casefold() for column in kind.columns}:
        wrong["label"] = [_("The list has a column of this name already. Choose another one.")]
    if len(field.help) > CustomField._meta.get_field("help").max_length:
        wrong["help"] = [_("Keep it under %(longest)s characters.") % {"longest": 200}]
    if field.type not in Type.values:
        wrong["type"] = [_("Choose what stands in it.")]
    offered = [one for one in field.options if one["is_offered"]]
    if field.type == Type.CHOICE and not 1 <= len(offered) <= MOST_OPTIONS:
        wrong["options"] = [_("Write 1 to %(most)s choices, one a line.") % {"most": MOST_OPTIONS}]
    elif field.type != Type.CHOICE and offered:
        wrong["options"] = [_("Only a choice has choices. Leave this empty.")]
    elif any(len(one["label"]) > 60 for one in offered):
        wrong["options"] = [_("Keep each choice under 60 characters.")]
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], wrong)


def _options(told: Sequence[str], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each word once, in the order told; a word that was there keeps its key, one that is gone is offered no more."""
    words = list({word.casefold(): word for one in told if (word := " ".join(one.split()))}.values())
    keys = {one["label"].casefold(): one["key"] for one in before}
    fresh = max((int(one["key"]) for one in before), default=0)
    found = []
    for word in words:
        key = keys.get(word.casefold())
        if key is None:
            fresh += 1
            key = str(fresh)
        found.append({"key": key, "label": word, "is_offered": True})
    chosen = {one["key"] for one in found}
    return found + [{**one, "is_offered": False} for one in before if one["key"] not in chosen]


def _key(label: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:30] or "field"
    return next(key for number in range(1, 1000) if (key := plain if number == 1 else f"{plain}_{number}") not in taken)


def _save(field: CustomField) -> None:
    try:
        with transaction.atomic():
            field.save()
    except IntegrityError:
        raise _invalid("label", _("This kind has a field of this name already. Choose another one.")) from None
    moved()


def _invalid(name: str, sentence: str) -> Invalid:
    return Invalid(sentence, {name: [sentence]})
