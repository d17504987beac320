"""Redactions, legal holds, disposals and the retention table, to read."""

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal.archive import retention
from portal.archive.models import Disposal, LegalHold, Redaction
from portal.web.api.door import Door
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class RedactionSerializer(RowSerializer):
    redacted_fields = serializers.ListField(child=serializers.CharField(), source="fields", read_only=True)
    subject = serializers.IntegerField(source="subject_id", read_only=True, help_text="The id of what it is about.")
    proposed_by = Linked("user", read_only=True)
    decided_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Redaction
        fields = ["id", "subject_kind", "subject", "redacted_fields", "reason", "state", "proposed_by", "proposed_at", "decided_by"]
        fields += ["decided_at", "versions", "texts"]
        read_only_fields = fields


class RedactionFilters(django_filters.FilterSet):
    class Meta:
        model = Redaction
        fields = ["state", "subject_kind"]


class RedactionViewSet(ReadSet):
    """Words that were taken away, or wait for a second person; never the words."""

    kind = "redaction"
    permission = "archive.view_keeping"
    serializer_class = RedactionSerializer
    filterset_class = RedactionFilters


class HoldSerializer(RowSerializer):
    kinds = serializers.ListField(child=serializers.CharField(), read_only=True, help_text="Kinds, or lines of the table.")
    covers_everything = serializers.BooleanField(read_only=True)
    placed_by = Linked("user", read_only=True)
    lifted_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = LegalHold
        fields = [
            "id",
            "matter",
            "reason",
            "kinds",
            "covers_everything",
            "covers_from",
            "covers_to",
            "placed_by",
            "placed_at",
            "lifted_by",
        ]
        fields += ["lifted_by", "lifted_at", "lifting_reason"]
        read_only_fields = fields


class HoldFilters(django_filters.FilterSet):
    lifted = django_filters.BooleanFilter(field_name="lifted_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = LegalHold
        fields: list[str] = []


class HoldViewSet(ReadSet):
    """Matters that stop disposal and redaction."""

    kind = "hold"
    permission = "archive.view_keeping"
    serializer_class = HoldSerializer
    filterset_class = HoldFilters


class DisposalSerializer(RowSerializer):
    started_by = Linked("user", read_only=True, allow_null=True, help_text="Null: the night.")
    removed = serializers.DictField(child=serializers.IntegerField(), read_only=True, help_text="Rows by line of the table.")
    held = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = Disposal
        fields = ["id", "at", "started_by", "removed", "held"]
        read_only_fields = fields


class DisposalViewSet(ReadSet):
    """What went because its time was over."""

    kind = "disposal"
    permission = "archive.view_keeping"
    serializer_class = DisposalSerializer


class RetentionLineSerializer(serializers.Serializer):
    """One line of the table, with what a disposal would do now."""

    key = serializers.CharField(source="period.key")
    what = serializers.CharField(source="period.word")
    kept = serializers.CharField(source="period.kept")
    going = serializers.IntegerField()
    held = serializers.IntegerField()


class RetentionSerializer(serializers.Serializer):
    lines = RetentionLineSerializer(many=True)


class RetentionViewSet(Door, ViewSet):
    """How long what is kept."""

    permission = "archive.view_keeping"

    @extend_schema(responses=RetentionSerializer(many=False), operation_id="retention_retrieve")
    def list(self, request: Request) -> Response:
        """Every line of the retention table, with how many rows would go now and how many a hold keeps back."""
        return Response(RetentionSerializer({"lines": retention.preview()}).data)


resources.register("redactions", RedactionViewSet)
resources.register("legal-holds", HoldViewSet)
resources.register("disposals", DisposalViewSet)
resources.register("retention", RetentionViewSet)
