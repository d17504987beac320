"""Custom fields, tags, and what both say of things, for programs."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal import subjects
from portal.errors import Invalid
from portal.people.access import OPEN_TO_ALL
from portal.web.api import questions, scopes
from portal.web.api.changes import state_change
from portal.web.api.fields import RowSerializer, by_id_or_number
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.schema import SUBJECT_ID
from portal.web.api.writing import WriteSet
from portal.web.problems import KINDS
from portal.workbench import custom_fields, custom_lists, listed, particulars, tags
from portal.workbench.models import CustomField, Particulars, Tag

OPTION = {
    "type": "object",
    "required": ["key", "label", "is_offered"],
    "properties": {"key": {"type": "string"}, "label": {"type": "string"}, "is_offered": {"type": "boolean"}},
}
SAID = {
    "type": "object",
    "additionalProperties": {"type": ["string", "integer", "null"]},
    "description": "Key of the field → text, number as text, day, yes or no, key of the option, or id of a person.",
}


@extend_schema_field({"type": "array", "items": OPTION})
class OptionsField(serializers.ReadOnlyField):
    """What a choice offers, and offered once."""


@extend_schema_field(SAID)
class ValuesField(serializers.Field):
    """By key of the field."""

    def to_internal_value(self, told: Any) -> Mapping[str, Any]:
        if not isinstance(told, Mapping):
            raise serializers.ValidationError(_("Give an object: key of the field → what stands in it."))
        return told

    def to_representation(self, row: Particulars) -> dict[str, Any]:
        fields = custom_fields.of(row.subject_kind)
        return {one.key: row.told.get(particulars.kept_as(one)) for one in fields}


class CustomFieldSerializer(RowSerializer):
    kind = serializers.ChoiceField(choices=[(name, name) for name, kind in listed.all_kinds().items() if kind.change is not None])
    options = OptionsField()
    choices = serializers.ListField(
        child=serializers.CharField(max_length=60), write_only=True, required=False, max_length=200, help_text="Words of a choice."
    )

    class Meta:
        model = CustomField
        fields = ["id", "kind", "key", "label", "help", "type", "options", "choices", "place", "retired_at", "version"]
        read_only_fields = ["key", "place", "retired_at", "version"]


class CustomFieldFilters(django_filters.FilterSet):
    class Meta:
        model = CustomField
        fields = ["kind", "type"]


class CustomFieldViewSet(WriteSet):
    """Fields that administrators added to kinds. As `x_<key>` each is a filter and a column of the list of its kind."""

    queryset = CustomField.objects.none()
    resource = "custom-fields"
    permission, write_permission = OPEN_TO_ALL, custom_fields.DEFINE
    serializer_class = CustomFieldSerializer
    filterset_class = CustomFieldFilters
    lookup_value_regex = "[0-9]{1,18}"
    by_external_id = None
    bulk = None

    def queryset_for(self, user: Any) -> Any:
        return CustomField.objects.visible_to(user)

    def perform_register(self, validated: Any, actor: Any) -> CustomField:
        told = {**validated, "options": validated.get("choices", [])}
        told.pop("choices", None)
        return custom_fields.define(actor=actor, **told)

    def perform_change(self, instance: CustomField, validated: Any, actor: Any, version: int) -> CustomField:
        if fixed := sorted({"kind", "type"} & {name for name in validated if validated[name] != getattr(instance, name)}):
            raise Invalid(KINDS[422][2], {name: [_("This is said once, when it is made.")] for name in fixed})
        offered = [one["label"] for one in instance.options if one["is_offered"]]
        said = {"label": validated.get("label", instance.label), "help": validated.get("help", instance.help)}
        return custom_fields.change(instance, actor=actor, version=version, options=validated.get("choices", offered), **said)

    @state_change(custom_fields.DEFINE)
    def retirement(self, instance: CustomField, validated: Any, actor: Any) -> CustomField:
        """Ask for it no more; what was said stays on record."""
        return custom_fields.retire(instance, actor=actor)


class TagSerializer(RowSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name", "merged_into", "version"]
        read_only_fields = ["merged_into", "version"]


class IntoSerializer(serializers.Serializer):
    into = serializers.IntegerField(min_value=1, help_text="The id of the tag that stays.")


class TagViewSet(WriteSet):
    """Words that things of any kind may bear; `tag=<id>` is a filter of every list."""

    queryset = Tag.objects.none()
    resource = "tags"
    permission, write_permission = OPEN_TO_ALL, tags.KEEP
    serializer_class = TagSerializer
    lookup_value_regex = "[0-9]{1,18}"
    by_external_id = None
    bulk = None

    def queryset_for(self, user: Any) -> Any:
        return Tag.objects.visible_to(user)

    def perform_register(self, validated: Any, actor: Any) -> Tag:
        return tags.name(actor=actor, **validated)

    def perform_change(self, instance: Tag, validated: Any, actor: Any, version: int) -> Tag:
        return tags.rename(instance, actor=actor, version=version, name=validated.get("name", instance.name))

    @state_change(tags.KEEP, request=IntoSerializer)
    def merging(self, instance: Tag, validated: Any, actor: Any) -> Tag:
        """Let another tag stand for it."""
        into = Tag.objects.visible_to(actor).filter(pk=validated["into"]).first()
        if into is None:
            raise Invalid(KINDS[422][2], {"into": [_("There is no such tag.")]})
        return tags.merge(instance, into, actor=actor)

    @state_change(tags.KEEP)
    def parting(self, instance: Tag, validated: Any, actor: Any) -> Tag:
        """Undo a merge, while nothing that was moved was touched since."""
        return tags.part(instance, actor=actor)


class ParticularsSerializer(serializers.ModelSerializer):
    subject = serializers.IntegerField(source="subject_id", help_text="The id of what it is about.")
    kind = serializers.CharField(source="subject_kind")
    values = ValuesField(source="*")
    tags = serializers.ListField(child=serializers.IntegerField())

    class Meta:
        model = Particulars
        fields = ["id", "kind", "subject", "values", "tags", "version"]
        read_only_fields = fields


class TellingSerializer(serializers.Serializer):
    """What shall stand in the fields of one thing; a field and tags that are left out stay."""

    kind = serializers.CharField(max_length=40, help_text='As in "risk".')
    subject = serializers.CharField(max_length=40, help_text="An id, or a number such as R-0017.")
    seen_version = serializers.IntegerField(
        min_value=0, required=False, allow_null=True, help_text="Of the thing; refused with 412 where it is another by now."
    )
    values = ValuesField(required=False)
    tags = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=50)


KIND = OpenApiParameter("kind", str, required=True, description='As in "risk".')


@extend_schema_view(list=extend_schema(parameters=[KIND, OpenApiParameter("subject", SUBJECT_ID, description="Its id or number.")]))
class ParticularsViewSet(ReadSet):
    """What custom fields and tags say of the things of one kind that the caller may open. POST says it of one thing, by the
    permission to change that; many at once go by `bulk-edits`."""

    queryset = Particulars.objects.none()
    resource = "particulars"
    permission = write_permission = OPEN_TO_ALL
    serializer_class = ParticularsSerializer
    lookup_value_regex = "[0-9]{1,18}"
    parameters = ("kind", "subject")
    also_answers = (404,)  # a kind or a thing that the caller may not open

    def queryset_for(self, user: Any) -> Any:
        rows = Particulars.objects.visible_to(user)
        if self.action != "list":
            return rows
        kind = _kind(questions.needed(self.request, "kind"), self.request)
        rows = rows.filter(subject_kind=kind.kind)
        if "subject" in self.request.query_params:
            found = by_id_or_number(kind.subject.named_to(user), self.request.query_params["subject"])
            if found is None:
                raise Http404
            rows = rows.filter(subject_id=found.pk)
        return rows

    def get_object(self) -> Any:
        found = super().get_object()
        _kind(found.subject_kind, self.request)
        return found

    @extend_schema(request=TellingSerializer, responses={200: ParticularsSerializer})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        body = TellingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        told = body.validated_data
        kind = _kind(told["kind"], request)
        row = by_id_or_number(kind.subject.visible_to(request.user), told["subject"])
        if row is None:
            raise Http404
        answers = _answers(kind.kind, told.get("values", {}))
        version = told.get("seen_version")
        particulars.tell(kind, row, actor=request.user, version=version, answers=answers, tags=told.get("tags"))
        found = self.get_queryset().get(subject_kind=kind.kind, subject_id=row.pk)
        return self.show(self.get_serializer(found))


def _kind(name: str, request: Request) -> Any:
    """A kind that can be told of, for a token that may read it. Raises Http404, PermissionDenied."""
    kind = listed.of_kind(name)
    if kind.change is None:
        raise Http404
    scopes.check_reading(request, subjects.of_kind(name).resource)
    return kind


def _answers(kind: str, told: Mapping[str, Any]) -> dict[CustomField, Any]:
    known, wrong, found = {one.key: one for one in custom_fields.of(kind)}, {}, {}
    for key, value in told.items():
        if key not in known:
            wrong[f"values.{key}"] = [_("There is no such field.")]
            continue
        try:
            found[known[key]] = custom_lists.form_field(known[key]).clean("" if value is None else str(value))
        except ValidationError as error:
            wrong[f"values.{key}"] = list(error.messages)
    if wrong:
        raise Invalid(KINDS[422][2], wrong)
    return found


resources.register("custom-fields", CustomFieldViewSet)
resources.register("tags", TagViewSet)
resources.register("particulars", ParticularsViewSet)
