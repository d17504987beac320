"""Incidents for integrations: a monitoring system may open one; what it cost and which risks came true follow beneath it."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.api.assets import UnitTreeFilter
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks.models import Incident, IncidentLoss, IncidentRisk
from risks.response import incident_book, incidents


class IncidentLossSerializer(RowSerializer):
    noted_by = Linked("user", read_only=True)

    class Meta:
        model = IncidentLoss
        fields = ["form", "amount", "is_final", "reason", "noted_by", "known_at"]
        read_only_fields = ["known_at"]


class IncidentRiskSerializer(RowSerializer):
    """What the incident says of one of its risks."""

    risk = Linked("risk", read_only=True)
    proposed_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = IncidentRisk
        fields = ["risk", "materialised_at", "proposed_likelihood_level", "proposal_reason", "proposed_by", "proposed_at"]


class IncidentSerializer(RowSerializer):
    unit = Linked("unit")
    lead = Linked("user", required=False, allow_null=True)
    risks = Linked("risk", many=True, required=False, help_text="Those the reader may open.")
    assets = Linked("asset", many=True, required=False, help_text="Those the reader may open.")
    risk_links = IncidentRiskSerializer(many=True, read_only=True, help_text="What it says of each of these risks.")
    losses = IncidentLossSerializer(
        many=True, read_only=True, help_text="Every amount said, oldest first; the newest of a form counts."
    )
    noticed_at = serializers.DateTimeField(required=False, help_text="Now, where it is left out.")
    reported_by = Linked("user", read_only=True)
    stage = serializers.SerializerMethodField()
    total_loss = serializers.SerializerMethodField(help_text="What counts of every form, added up; null where nobody said any.")

    class Meta:
        model = Incident
        fields = [
            *("id", "number", "title", "description", "unit", "lead", "is_confidential", "risks", "assets", "risk_links"),
            *("occurred_at", "noticed_at", "contained_at", "closed_at", "stage", "summary", "losses", "total_loss"),
            *("source", "external_id", "reported_by", "known_at", "archived_at", "version"),
        ]
        read_only_fields = ["number", "contained_at", "closed_at", "summary", "known_at", "archived_at", "version"]

    @extend_schema_field(serializers.ChoiceField(choices=Incident.Stage.choices))
    def get_stage(self, row: Incident) -> str:
        return row.stage

    @extend_schema_field(serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True))
    def get_total_loss(self, row: Incident) -> str | None:
        newest = {loss.form: loss.amount for loss in row.losses.all()}
        return str(sum(newest.values())) if newest else None


class ContainmentSerializer(serializers.Serializer):
    """Since when it spreads no further; now, where it is left out."""

    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class IncidentClosingSerializer(ContainmentSerializer):
    """When it was over, and what happened."""

    summary = serializers.CharField(max_length=incidents.LONGEST_TEXT)


class LossEntrySerializer(serializers.Serializer):
    """What one form of loss came to."""

    form = serializers.ChoiceField(choices=IncidentLoss.Form.choices)
    amount = serializers.DecimalField(max_digits=18, decimal_places=2, min_value=0)
    is_final = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=incidents.LONGEST_REASON, required=False, allow_blank=True, default="")


class LikelihoodProposalSerializer(serializers.Serializer):
    """How likely one of its risks is since."""

    risk = Linked("risk")
    likelihood_level = serializers.IntegerField(min_value=1, max_value=5)
    reason = serializers.CharField(max_length=incidents.LONGEST_TEXT)


class MaterialisationSerializer(serializers.Serializer):
    """Which of its risks came true."""

    risk = Linked("risk")


class IncidentFilters(django_filters.FilterSet):
    unit = UnitTreeFilter("unit", help_text="A unit and everything below it.")
    risk = LinkedFilter("risk", field_name="risks", help_text="Incidents of this risk.")
    asset = LinkedFilter("asset", field_name="assets", help_text="Incidents that hit this asset.")
    lead = LinkedFilter("user", field_name="lead_id")
    stage = django_filters.ChoiceFilter(field_name="stage_now", choices=Incident.Stage.choices)
    noticed_since = django_filters.IsoDateTimeFilter(field_name="noticed_at", lookup_expr="gte")

    class Meta:
        model = Incident
        fields = ["is_confidential", "source", "external_id"]


class IncidentViewSet(WriteSet):
    """What happened. Activating a plan for one needs a session; opening one does not."""

    kind = "incident"
    serializer_class = IncidentSerializer
    permission, write_permission = "risks.view_incident", incidents.PERMISSION
    filterset_class = IncidentFilters
    ordering_fields = ("number", "noticed_at")

    def queryset_for(self, user: Any) -> QuerySet:
        return incident_book.with_all(incident_book.with_stage(super().queryset_for(user)), user)

    def perform_register(self, validated: Any, actor: Any) -> Incident:
        return incidents.log(actor=actor, **validated)

    def perform_change(self, instance: Incident, validated: Any, actor: Any, version: int) -> Incident:
        return incidents.change(instance, actor=actor, version=version, **validated)

    @state_change(incidents.PERMISSION, request=ContainmentSerializer)
    def containment(self, instance: Incident, validated: Any, actor: Any) -> Incident:
        """It spreads no further."""
        return incidents.contain(instance, actor=actor, at=validated["at"])

    @state_change(incidents.PERMISSION, request=IncidentClosingSerializer)
    def closing(self, instance: Incident, validated: Any, actor: Any) -> Incident:
        """It is over."""
        return incidents.close(instance, actor=actor, summary=validated["summary"], at=validated["at"])

    @state_change(incidents.PERMISSION, request=LossEntrySerializer, status=201)
    def losses(self, instance: Incident, validated: Any, actor: Any) -> None:
        """Say what one form of loss came to, as an estimate or as final."""
        incidents.note_loss(instance, actor=actor, **validated)

    @state_change(incidents.PERMISSION, request=LikelihoodProposalSerializer)
    def likelihood(self, instance: Incident, validated: Any, actor: Any) -> None:
        """Propose how likely one of its risks is since; the offices rate, nothing is overwritten."""
        incidents.propose_likelihood(instance, validated["risk"], validated["likelihood_level"], validated["reason"], actor=actor)

    @state_change(incidents.PERMISSION, request=MaterialisationSerializer)
    def materialisation(self, instance: Incident, validated: Any, actor: Any) -> None:
        """One of its risks came true."""
        incidents.materialise(instance, validated["risk"], actor=actor)


resources.register("incidents", IncidentViewSet)
