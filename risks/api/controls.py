"""Controls for integrations: how well they work, what they cost, and which risks they bear on."""

from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.api.assets import UnitTreeFilter
from portal import subjects
from portal.people import organisations
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer, by_id_or_number
from portal.web.api.filters import LinkedFilter
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks import controls, effectiveness
from risks.models import Control, ControlRisk

SHARE = {"max_digits": 3, "decimal_places": 2, "min_value": Decimal(0), "max_value": Decimal(1)}


class BearingSerializer(serializers.ModelSerializer):
    """One risk, and whether the control makes it less likely or softens it."""

    risk = Linked("risk", read_only=True)

    class Meta:
        model = ControlRisk
        fields = ["risk", "bears_on"]
        read_only_fields = ["bears_on"]


class ControlSerializer(RowSerializer):
    owner = Linked("user", required=False, allow_null=True)
    unit = Linked("unit")
    design_effectiveness = serializers.DecimalField(**SHARE, help_text="The share of a risk it removes by design, 0 to 1.")
    operating_effectiveness = serializers.DecimalField(**SHARE, help_text="The share of its design that works in operation.")
    operating_today = serializers.SerializerMethodField(
        help_text="What of its operation counts today; less without valid evidence."
    )
    evidence_until = serializers.DateField(read_only=True, allow_null=True, help_text="The last good day of its newest evidence.")
    state = serializers.ChoiceField(
        choices=Control.State.choices, required=False, help_text="PLANNED or IN_FORCE; it retires under retirement/."
    )
    risks = BearingSerializer(source="risk_links", many=True, read_only=True, help_text="Those the reader may open.")
    registered_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Control
        fields = [
            *("id", "number", "name", "description", "office", "owner", "unit", "design_effectiveness"),
            *("operating_effectiveness", "operating_today", "evidence_until", "yearly_cost", "state", "retiring_reason", "risks"),
            *("source", "external_id", "registered_by", "registered_at", "archived_at", "version"),
        ]
        read_only_fields = ["number", "retiring_reason", "registered_at", "archived_at", "version", "source", "external_id"]

    @extend_schema_field(serializers.DecimalField(max_digits=5, decimal_places=4))
    def get_operating_today(self, control: Control) -> str:
        return str(effectiveness.operating(control, organisations.today()))


class BearingRequestSerializer(serializers.Serializer):
    """A risk, and on what of it the control bears."""

    risk = Linked("risk")
    bears_on = serializers.ListField(child=serializers.ChoiceField(choices=ControlRisk.Side.choices), min_length=1, max_length=2)


class RetirementSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class BearingOnFilter(LinkedFilter):
    """Controls that bear on a risk which the caller may open."""

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        if not value:
            return queryset
        found = by_id_or_number(subjects.of_kind(self.kind).visible_to(self.parent.request.user), value)
        return queryset.none() if found is None else queryset.bearing_on(found.pk)


class ControlFilters(django_filters.FilterSet):
    unit = UnitTreeFilter("unit", help_text="With everything below it.")
    owner = LinkedFilter("user", field_name="owner_id")
    risk = BearingOnFilter("risk", help_text="Controls that bear on this risk.")
    is_proven = django_filters.BooleanFilter(method="proven", help_text="Whether its evidence holds today.")

    class Meta:
        model = Control
        fields = ["state", "office", "source", "external_id"]

    def proven(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.proven(organisations.today(), holds=value)


class ControlViewSet(WriteSet):
    """What works against risks."""

    kind = "control"
    serializer_class = ControlSerializer
    permission, write_permission = "risks.view_control", "risks.change_control"
    filterset_class = ControlFilters
    ordering_fields = ("number", "name", "registered_at")
    search_config = "english"

    def queryset_for(self, user: Any) -> QuerySet:
        seen = ControlRisk.objects.visible_to(user).order_by("risk", "bears_on")
        return super().queryset_for(user).with_evidence_until().prefetch_related(Prefetch("risk_links", seen))

    def perform_register(self, validated: Any, actor: Any) -> Control:
        return controls.add(actor=actor, **validated)

    def perform_change(self, instance: Control, validated: Any, actor: Any, version: int) -> Control:
        return controls.change(instance, actor=actor, version=version, **validated)

    @state_change("risks.change_control", request=RetirementSerializer)
    def retirement(self, instance: Control, validated: Any, actor: Any) -> Control:
        """It works no more, for a reason; its evidence and links stay on record."""
        return controls.retire(instance, actor=actor, **validated)

    @state_change("risks.change_control", request=BearingRequestSerializer)
    def risks(self, instance: Control, validated: Any, actor: Any) -> None:
        """Say that it bears on this risk."""
        controls.link(instance, validated["risk"], validated["bears_on"], actor=actor)

    @state_change("risks.change_control", request=BearingRequestSerializer)
    def risk_removal(self, instance: Control, validated: Any, actor: Any) -> None:
        """Say that it does not bear on this risk after all."""
        controls.unlink(instance, validated["risk"], validated["bears_on"], actor=actor)


resources.register("controls", ControlViewSet)
