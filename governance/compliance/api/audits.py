"""Internal audits, findings and management reviews for integrations; signatures need a session."""

from typing import Any

import django_filters
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from governance.compliance import audit_files, findings, internal_audits, management_reviews
from governance.compliance.api import files
from governance.compliance.models import AuditFinding, CorrectiveAction, InternalAudit, ManagementReview
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

READ, PLAN = "compliance.view_framework", "compliance.plan_audit"
WRITE, MEND, REVIEW = "compliance.write_finding", "compliance.answer_finding", "compliance.change_statement"
TEXT = {"max_length": internal_audits.LONGEST_TEXT}


class InternalAuditSerializer(RowSerializer):
    framework = Linked("framework")
    unit = Linked("unit")
    lead = Linked("user")

    class Meta:
        model = InternalAudit
        fields = [
            *("id", "framework", "unit", "title", "scope", "lead", "planned_on"),
            *("held_on", "summary", "concluded_at", "archived_at", "version"),
        ]
        read_only_fields = ["held_on", "summary", "concluded_at", "archived_at", "version"]


class ConclusionSerializer(serializers.Serializer):
    held_on = serializers.DateField()
    summary = serializers.CharField(**TEXT)


class WrittenFindingSerializer(serializers.Serializer):
    grade = serializers.ChoiceField(choices=AuditFinding.Grade.choices)
    requirement = Linked("requirement", allow_null=True, required=False, default=None)
    text = serializers.CharField(**TEXT)


class CorrectiveActionSerializer(serializers.ModelSerializer):
    owner = Linked("user", read_only=True)

    class Meta:
        model = CorrectiveAction
        fields = ["id", "cause", "text", "owner", "due_on", "done_at", "result", "is_effective", "verdict", "verified_at"]
        read_only_fields = fields


class AuditFindingSerializer(RowSerializer):
    audit = Linked("internal-audit", read_only=True)
    requirement = Linked("requirement", read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField(help_text="The last one first.")

    class Meta:
        model = AuditFinding
        fields = ["id", "audit", "grade", "requirement", "text", "written_at", "closed_at", "actions", "version"]
        read_only_fields = fields

    @extend_schema_field(CorrectiveActionSerializer(many=True))
    def get_actions(self, row: AuditFinding) -> list[dict[str, Any]]:
        newest_first = sorted(row.actions.all(), key=lambda one: -one.pk)
        return CorrectiveActionSerializer(newest_first, many=True, context=self.context).data


class InternalAuditFilters(django_filters.FilterSet):
    framework = LinkedFilter("framework", field_name="framework_id")
    unit = LinkedFilter("unit", field_name="unit_id")

    class Meta:
        model = InternalAudit
        fields: list[str] = []


class InternalAuditViewSet(RegisterSet):
    """Looks at how a unit does what a framework asks."""

    kind = "internal-audit"
    serializer_class = InternalAuditSerializer
    permission, write_permission = READ, PLAN
    filterset_class = InternalAuditFilters
    ordering_fields = ("planned_on",)
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # one is planned at a time

    def perform_register(self, validated: Any, actor: Any) -> InternalAudit:
        return internal_audits.plan(actor=actor, **validated)

    @state_change(PLAN, request=ConclusionSerializer)
    def conclusion(self, instance: InternalAudit, validated: Any, actor: Any) -> InternalAudit:
        """It was held and is over."""
        return internal_audits.conclude(instance, actor=actor, **validated)

    @extend_schema(responses=files.WORKBOOK, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def xlsx(self, request: Request, pk: str) -> HttpResponse:
        """The audit with its findings as a workbook."""
        found = self.get_object()
        return files.file(audit_files.as_xlsx(found, request.user), f"audit-{found.pk}.xlsx", files.XLSX)

    @extend_schema(responses=files.PDF, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """The audit with its findings as paper."""
        found = self.get_object()
        return files.file(audit_files.as_pdf(found, request.user), f"audit-{found.pk}.pdf", "application/pdf")

    @state_change(WRITE, request=WrittenFindingSerializer, response=AuditFindingSerializer, status=201)
    def findings(self, instance: InternalAudit, validated: Any, actor: Any) -> AuditFinding:
        """Write what was found."""
        return internal_audits.find(instance, actor=actor, **validated)


class AgreedActionSerializer(serializers.Serializer):
    cause = serializers.CharField(allow_blank=True, required=False, default="", **TEXT)
    text = serializers.CharField(**TEXT)
    owner = Linked("user")
    due_on = serializers.DateField()


class DoneActionSerializer(serializers.Serializer):
    result = serializers.CharField(**TEXT)


class VerdictSerializer(serializers.Serializer):
    is_effective = serializers.BooleanField(help_text="true closes the finding.")
    note = serializers.CharField(**TEXT)


class AuditFindingFilters(django_filters.FilterSet):
    audit = LinkedFilter("internal-audit", field_name="audit_id")
    is_open = django_filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")

    class Meta:
        model = AuditFinding
        fields = ["grade"]


class AuditFindingViewSet(ReadSet):
    """What audits found, with the corrective actions of each."""

    kind = "audit-finding"
    serializer_class = AuditFindingSerializer
    permission, write_permission = READ, MEND
    filterset_class = AuditFindingFilters
    lookup_value_regex = "[0-9]{1,18}"
    prefetch_related = ("actions",)

    @state_change(MEND, request=AgreedActionSerializer)
    def corrective_action(self, instance: AuditFinding, validated: Any, actor: Any) -> None:
        """Agree on what removes the cause."""
        findings.act(instance, actor=actor, **validated)

    @state_change(MEND, request=DoneActionSerializer)
    def completion(self, instance: AuditFinding, validated: Any, actor: Any) -> None:
        """The action is done."""
        findings.finish(instance, actor=actor, **validated)

    @state_change(WRITE, request=VerdictSerializer)
    def verification(self, instance: AuditFinding, validated: Any, actor: Any) -> AuditFinding:
        """Say whether the action works."""
        return findings.verify(instance, actor=actor, **validated)


class ManagementReviewSerializer(RowSerializer):
    framework = Linked("framework")
    unit = Linked("unit")
    inputs = serializers.DictField(child=serializers.IntegerField(), read_only=True, help_text="Figures as they were.")

    class Meta:
        model = ManagementReview
        fields = [
            *("id", "framework", "unit", "held_on", "inputs", "considered", "outcome"),
            *("opened_at", "proposed_at", "signed_at", "archived_at", "version"),
        ]
        read_only_fields = ["considered", "outcome", "opened_at", "proposed_at", "signed_at", "archived_at", "version"]


class ReviewWordsSerializer(serializers.Serializer):
    considered = serializers.CharField(allow_blank=True, **TEXT)
    outcome = serializers.CharField(allow_blank=True, **TEXT)


class ManagementReviewViewSet(RegisterSet):
    """What lay before the leaders, and what they decided on the management system."""

    kind = "management-review"
    serializer_class = ManagementReviewSerializer
    permission, write_permission = READ, REVIEW
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # one is opened at a time

    def perform_register(self, validated: Any, actor: Any) -> ManagementReview:
        return management_reviews.open_one(actor=actor, **validated)

    @state_change(REVIEW, request=ReviewWordsSerializer)
    def words(self, instance: ManagementReview, validated: Any, actor: Any) -> ManagementReview:
        """Say what was considered and decided; what was signed is a draft again."""
        return management_reviews.write(instance, actor=actor, version=None, **validated)

    @state_change(REVIEW)
    def asking(self, instance: ManagementReview, validated: Any, actor: Any) -> ManagementReview:
        """Ask CIO and CISO to sign it as it stands."""
        return management_reviews.ask(instance, actor=actor)


resources.register("internal-audits", InternalAuditViewSet)
resources.register("audit-findings", AuditFindingViewSet)
resources.register("management-reviews", ManagementReviewViewSet)
