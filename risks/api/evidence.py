"""Evidence for integrations: a file, a link, or a fact that a system measured, of one control or one treatment."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.errors import Invalid
from portal.people import organisations
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from risks import evidence
from risks.models import Evidence


class EvidenceSerializer(RowSerializer):
    control = Linked("control", read_only=True, allow_null=True)
    treatment = Linked("treatment", read_only=True, allow_null=True)
    file = serializers.UUIDField(source="file_id", read_only=True, allow_null=True, help_text="Its key under /archive/files/.")
    fact = serializers.DictField(read_only=True, allow_null=True)
    collected_by = Linked("user", read_only=True)
    withdrawn_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Evidence
        fields = [
            *("id", "control", "treatment", "kind", "title", "file", "link", "fact", "sha256", "collected_on", "valid_until"),
            *("collected_by", "known_at", "withdrawn_at", "withdrawn_by", "withdrawing_reason", "version"),
        ]
        read_only_fields = fields


class DescribedSerializer(serializers.Serializer):
    """What is said of any evidence. Name either a control or a treatment."""

    control = Linked("control", required=False, help_text="What it proves: a control, through `valid_until`.")
    treatment = Linked("treatment", required=False, help_text="Or a treatment that is approved.")
    title = serializers.CharField(max_length=200)
    collected_on = serializers.DateField(required=False, help_text="Today where it is left out.")
    valid_until = serializers.DateField(required=False, allow_null=True, help_text="Its last good day; a control's needs one.")


class PushedSerializer(DescribedSerializer):
    """A link or a fact."""

    link = serializers.CharField(required=False, max_length=500)
    fact = serializers.DictField(required=False, help_text="An object of JSON, at most 20,000 characters.")


class UploadedSerializer(DescribedSerializer):
    """A file of at most 25 MB."""

    file = serializers.FileField(allow_empty_file=True)


class TakingBackSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class EvidenceFilters(django_filters.FilterSet):
    control = LinkedFilter("control", field_name="control_id", help_text="An id, or a number such as C-0007.")
    treatment = LinkedFilter("treatment", field_name="treatment_id", help_text="An id, or a number such as T-0007.")
    is_standing = django_filters.BooleanFilter(field_name="withdrawn_at", lookup_expr="isnull", help_text="Not taken back.")

    class Meta:
        model = Evidence
        fields = ["kind", "sha256"]


class EvidenceViewSet(ReadSet):
    """What proves controls and treatments. POST a link or a fact as JSON, a file as multipart/form-data."""

    kind = "evidence"
    serializer_class = EvidenceSerializer
    permission, write_permission = "risks.view_control", "risks.add_evidence"
    filterset_class = EvidenceFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return Evidence.objects.visible_to(user).select_related("control", "treatment")

    def get_parsers(self) -> list[Any]:
        adding = self.request is not None and self.request.method == "POST" and "pk" not in self.kwargs
        return [*super().get_parsers(), MultiPartParser()] if adding else super().get_parsers()

    @extend_schema(
        request={"application/json": PushedSerializer, "multipart/form-data": UploadedSerializer},
        responses={201: EvidenceSerializer},
    )
    def create(self, request: Request) -> Response:
        """Add one piece of evidence; its SHA-256 is worked out here."""
        body = UploadedSerializer if "file" in request.FILES else PushedSerializer
        asked = body(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        found = _added(dict(asked.validated_data), request.user)
        return self.show(self.get_serializer(found), 201, {"Location": f"{request.path}{found.pk}/"})

    @state_change("risks.add_evidence", request=TakingBackSerializer)
    def withdrawal(self, instance: Evidence, validated: Any, actor: Any) -> Evidence:
        """This proves nothing after all, for a reason; it stays on record."""
        return evidence.take_back(instance, actor=actor, **validated)


def _added(told: dict[str, Any], actor: Any) -> Evidence:
    subject = _one(told, ("control", "treatment"), _("Name either a control or a treatment."))
    content = _one(told, ("file", "link", "fact"), _("Send either a link, a fact or a file."))
    said = evidence.Described(told["title"], told.get("collected_on") or organisations.today(), told.get("valid_until"))
    if "file" in told:
        return evidence.add_file(subject, content, content.name, said, actor=actor, content_type=content.content_type or "")
    add = evidence.add_link if "link" in told else evidence.add_fact
    return add(subject, content, said, actor=actor)


def _one(told: dict[str, Any], names: tuple[str, ...], sentence: str) -> Any:
    given = [name for name in names if name in told]
    if len(given) != 1:
        raise Invalid(sentence, {name: [sentence] for name in given or names[:1]})
    return told[given[0]]


resources.register("evidence", EvidenceViewSet)
