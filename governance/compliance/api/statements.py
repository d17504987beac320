"""Statements of applicability and their lines for integrations; signatures need a session."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.compliance import statement_book, statement_editions, statement_pdf, statement_plan, statements
from governance.compliance.api import files
from governance.compliance.models import Statement, StatementLine
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import RegisterSet

READ, CHANGE = "compliance.view_framework", "compliance.change_statement"


class StatementSerializer(RowSerializer):
    framework = Linked("framework")
    unit = Linked("unit")
    proposed_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Statement
        fields = [
            *("id", "framework", "unit", "scope", "opened_at", "proposed_by", "proposed_at", "signed_at", "archived_at", "version")
        ]
        read_only_fields = ["scope", "opened_at", "proposed_at", "signed_at", "archived_at", "version"]


class ScopeSerializer(serializers.Serializer):
    scope = serializers.CharField(max_length=statements.LONGEST_SCOPE)


class PlannedSerializer(serializers.Serializer):
    """One treatment of the plan, with its facts as they were put to the two."""

    treatment = serializers.IntegerField(source="treatment.pk")
    number = serializers.CharField(source="treatment.number")
    kind = serializers.CharField()
    owner = serializers.IntegerField(source="owner.pk")
    due_on = serializers.DateField()
    standing = serializers.CharField()
    cost = serializers.DecimalField(max_digits=18, decimal_places=2)
    standing_now = serializers.CharField(source="now")


class TreatmentPlanSerializer(serializers.Serializer):
    frozen_at = serializers.DateTimeField(allow_null=True, help_text="Null while it follows what happens.")
    rows = PlannedSerializer(many=True, help_text="Of the treatments that the reader may open.")
    hidden = serializers.IntegerField(help_text="How many more stand in it.")


class EditionLineSerializer(serializers.Serializer):
    """One line as it was decided; `id` is that of the line."""

    id = serializers.IntegerField()
    identifier = serializers.CharField(source="requirement.identifier")
    is_applicable = serializers.BooleanField(allow_null=True)
    reason = serializers.CharField()
    status = serializers.ChoiceField(choices=StatementLine.Status.choices)


class EditionSerializer(serializers.Serializer):
    """What a new edition did to the controls of a statement."""

    before = serializers.IntegerField(source="before.pk", allow_null=True, help_text="The statement under the edition before.")
    added = EditionLineSerializer(many=True, help_text="New here, and not decided by anybody before.")
    changed = EditionLineSerializer(many=True, help_text="Carried over, with other wording: look again.")
    withdrawn = EditionLineSerializer(many=True, help_text="Of the statement before: gone in this edition.")
    kept = serializers.IntegerField(help_text="Carried over as they were.")


class StatementFilters(django_filters.FilterSet):
    framework = LinkedFilter("framework", field_name="framework_id")
    unit = LinkedFilter("unit", field_name="unit_id")

    class Meta:
        model = Statement
        fields: list[str] = []


class StatementViewSet(RegisterSet):
    """Which controls of a framework apply to a unit, and why."""

    kind = "statement"
    serializer_class = StatementSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = StatementFilters
    lookup_value_regex = "[0-9]{1,18}"
    bulk = None  # one is opened at a time

    def perform_register(self, validated: Any, actor: Any) -> Statement:
        return statements.open_one(validated["framework"], validated["unit"], actor=actor)

    @state_change(CHANGE, request=ScopeSerializer)
    def scope(self, instance: Statement, validated: Any, actor: Any) -> Statement:
        """Say what the management system covers."""
        return statements.set_scope(instance, validated["scope"], actor=actor)

    @state_change(CHANGE)
    def asking(self, instance: Statement, validated: Any, actor: Any) -> Statement:
        """Ask CIO and CISO to sign it as it stands."""
        return statements.ask(instance, actor=actor)

    @extend_schema(responses=TreatmentPlanSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def plan(self, request: Request, pk: str) -> Response:
        """The risk treatment plan: as it was put to the two with the statement, else as it is."""
        return Response(TreatmentPlanSerializer(statement_plan.read(self.get_object(), request.user)).data)

    @extend_schema(responses=EditionSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def edition(self, request: Request, pk: str) -> Response:
        """What the edition of its framework changed against the statement that was carried over: all empty where none was."""
        found = statement_editions.changed(self.get_object(), request.user)
        nothing = {"before": None, "added": [], "changed": [], "withdrawn": [], "kept": 0}
        return Response(EditionSerializer(found or nothing, context=self.get_serializer_context()).data)

    @extend_schema(responses=files.WORKBOOK, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def xlsx(self, request: Request, pk: str) -> HttpResponse:
        """The whole statement as a workbook, with the treatment plan and open findings."""
        found = self.get_object()
        return files.file(statement_book.as_xlsx(found, request.user), f"statement-{found.pk}.xlsx", files.XLSX)

    @extend_schema(responses=files.PDF, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """The whole statement as paper, with the treatment plan, open findings and signatures."""
        found = self.get_object()
        return files.file(statement_pdf.write(found, request.user), f"statement-{found.pk}.pdf", "application/pdf")


class StatementLineSerializer(RowSerializer):
    statement = Linked("statement", read_only=True)
    requirement = Linked("requirement", read_only=True)
    identifier = serializers.CharField(source="requirement.identifier", read_only=True)
    owner = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = StatementLine
        fields = ["id", "statement", "requirement", "identifier", "is_applicable", "reason", "status", "owner", "version"]
        read_only_fields = fields


class DecisionOnLineSerializer(serializers.Serializer):
    """What is left away stays as it is."""

    is_applicable = serializers.BooleanField(allow_null=True, required=False)
    reason = serializers.CharField(max_length=statements.LONGEST_REASON, allow_blank=True, required=False)
    status = serializers.ChoiceField(choices=StatementLine.Status.choices, required=False)
    owner = Linked("user", allow_null=True, required=False)


class StatementLineFilters(django_filters.FilterSet):
    statement = LinkedFilter("statement", field_name="statement_id")

    class Meta:
        model = StatementLine
        fields = ["is_applicable", "status"]


class StatementLineViewSet(ReadSet):
    """Each control of a statement."""

    kind = ""
    serializer_class = StatementLineSerializer
    permission, write_permission = READ, CHANGE
    filterset_class = StatementLineFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return StatementLine.objects.visible_to(user).select_related("requirement", "statement")

    @state_change(CHANGE, request=DecisionOnLineSerializer)
    def decision(self, instance: StatementLine, validated: Any, actor: Any) -> StatementLine:
        """Say whether it applies, why, how far it is and who sees to it."""
        return statements.decide(instance, actor=actor, version=None, **validated)


resources.register("statements", StatementViewSet)
resources.register("statement-lines", StatementLineViewSet)
