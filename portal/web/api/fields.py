"""Serializer parts: rows that say no to unknown fields, links to what the caller may see, `?fields=`."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.relations import MANY_RELATION_KWARGS, ManyRelatedField
from rest_framework.request import Request

from portal import subjects
from portal.errors import Invalid

by_id_or_number = subjects.by_reference


def may_mean_a_row(told: str) -> bool:
    """Whether `told` is written like an id or a number."""
    return bool(subjects.NUMBER.fullmatch(told)) or (told.isascii() and told.isdigit() and len(told) < 19)


class Linked(serializers.RelatedField):
    """Another subject by id; a number such as "R-0007" is understood too. What the caller may not see does not exist here.
    `kind` is one of portal.subjects."""

    default_error_messages = {
        "missing": _("There is no such row that you may open."),
        "incorrect_type": _("Give an id, or a number such as R-0007."),
    }

    def __init__(self, kind: str, **options: Any):
        self.kind = kind
        if not options.get("read_only"):
            options.setdefault("queryset", ())
        super().__init__(**options)

    @classmethod
    def many_init(cls, *args: Any, **options: Any) -> "LinkedMany":
        listed = {name: value for name, value in options.items() if name in MANY_RELATION_KWARGS}
        return LinkedMany(child_relation=cls(*args, **options), **listed)

    def get_queryset(self) -> QuerySet:
        return self.rows_for(self.context["request"].user)

    def rows_for(self, user: Any) -> QuerySet:
        queryset = subjects.of_kind(self.kind).visible_to(user)
        return queryset.filter(archived_at=None) if has_field(queryset.model, "archived_at") else queryset

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, (int, str)):
            self.fail("incorrect_type")
        found = by_id_or_number(self.get_queryset(), data)
        if found is None:
            self.fail("missing")
        return found

    def use_pk_only_optimization(self) -> bool:
        return True

    def to_representation(self, value: Any) -> int:
        return value.pk


class LinkedMany(ManyRelatedField):
    """Several of them in the order of their ids, not in that of the disk, so that a restored portal answers the same."""

    def to_representation(self, iterable: Any) -> list[int]:
        return sorted(super().to_representation(iterable))


NULL_IF_HIDDEN = "Null too where the caller may not open it; sending that null back leaves it as it is."


class RowSerializer(serializers.ModelSerializer):
    """The base of every resource's serializer: an unknown field is an error, so a misspelt one is never lost in silence.
    Uniqueness is left to the verbs and the database, which know it under concurrency."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name, field in fields.items():  # a choice not made yet is "" in an answer too
            column = next((one for one in self.Meta.model._meta.fields if one.name == (field.source or name)), None)
            if isinstance(field, serializers.ChoiceField) and getattr(column, "blank", False):
                field.allow_blank = True
        return fields

    def get_unique_together_validators(self) -> list[Any]:
        return []

    def get_uniqueness_extra_kwargs(self, field_names: Any, declared_fields: Any, extra_kwargs: Any) -> tuple[Any, dict]:
        return extra_kwargs, {}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError({name: [_("There is no such field.")] for name in unknown})
        return super().to_internal_value(data)


def only(serializer: Any, request: Request) -> Any:
    """Leave out of `serializer` what `?fields=id,name` does not name; the id always stays. Raises Invalid."""
    told = request.query_params.get("fields")
    if told is None:
        return serializer
    row = getattr(serializer, "child", serializer)
    wanted = {name for name in told.split(",") if name}
    unknown = sorted(wanted - set(row.fields))
    if unknown or not wanted:
        known = _("Name fields of this resource, parted by commas: %s.") % ", ".join(row.fields)
        raise Invalid(_("The question is not valid."), {"fields": [known]})
    for name in set(row.fields) - wanted - {"id"}:
        row.fields.pop(name)
    return serializer


def has_field(model: Any, name: str) -> bool:
    return any(field.name == name for field in model._meta.fields)
