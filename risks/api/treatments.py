"""Treatments for integrations: the plan of both offices, who decided on it, and the levels it leads to."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.errors import Invalid
from portal.people import organisations
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from portal.web.api.writing import WriteSet
from risks import plans, retaining, scales, treatments
from risks.models import Treatment, TreatmentStep

AREAS = [f"{area}_level" for area in scales.IMPACT_AREAS]


class StepSerializer(RowSerializer):
    """One thing one office does; steps stand in the order they were sent."""

    owner = Linked("user")
    done_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = TreatmentStep
        fields = ["id", "place", "office", "title", "owner", "due_on", "cost", "done_on", "done_by"]
        read_only_fields = ["place", "done_on"]


class TreatmentSerializer(RowSerializer):
    risk = Linked("risk", help_text="Only on POST; a plan stays with its risk.")
    owner = Linked("user")
    steps = StepSerializer(
        many=True, required=False, max_length=plans.MOST_STEPS, help_text="On a change they replace those still open."
    )
    cost = serializers.SerializerMethodField(help_text="What all its steps cost together.")
    is_late = serializers.SerializerMethodField(help_text="Approved, and past its date.")
    accepted_until = serializers.SerializerMethodField(
        help_text="Until when a plan that retains its risk holds: the last day of the acceptance in force. Else null."
    )
    proposed_by = Linked("user", read_only=True)
    decided_by = Linked("user", read_only=True, allow_null=True)
    done_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Treatment
        fields = [
            *("id", "number", "risk", "title", "reason", "kind", "owner", "due_on", "likelihood_level", *AREAS, "steps", "cost"),
            *("state", "is_late", "accepted_until", "proposed_by", "proposed_at", "decided_by", "decided_at", "deciding_reason"),
            *("done_by", "done_at", "source", "external_id", "archived_at", "version"),
        ]
        read_only_fields = [
            *("number", "state", "proposed_at", "decided_at", "deciding_reason", "done_at"),
            *("source", "external_id", "archived_at", "version"),
        ]

    @extend_schema_field(serializers.DecimalField(max_digits=18, decimal_places=2))
    def get_cost(self, treatment: Treatment) -> str:
        return str(sum((step.cost for step in treatment.steps.all()), start=treatments.NOTHING))

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_accepted_until(self, treatment: Treatment) -> date | None:
        return retaining.until(treatment)

    @extend_schema_field(serializers.BooleanField())
    def get_is_late(self, treatment: Treatment) -> bool:
        return treatment.state == Treatment.State.APPROVED and treatment.due_on < organisations.today()


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class StepDoneSerializer(serializers.Serializer):
    done_on = serializers.DateField(required=False, help_text="Today where it is left out.")


class TreatmentFilters(django_filters.FilterSet):
    risk = LinkedFilter("risk", field_name="risk_id", help_text="An id, or a number such as R-0007.")
    owner = LinkedFilter("user", field_name="owner_id")
    proposed_by = LinkedFilter("user", field_name="proposed_by_id")
    is_late = django_filters.BooleanFilter(method="late", help_text="Approved, and past its date.")

    class Meta:
        model = Treatment
        fields = ["state", "kind", "source", "external_id"]

    def late(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        today = organisations.today()
        return queryset.overdue(today) if value else queryset.not_overdue(today)


class TreatmentViewSet(WriteSet):
    """Ways to change a risk: avoid, reduce, share or retain."""

    kind = "treatment"
    serializer_class = TreatmentSerializer
    permission, write_permission = "risks.view_treatment", "risks.change_treatment"
    filterset_class = TreatmentFilters
    ordering_fields = ("number", "due_on", "proposed_at")

    def queryset_for(self, user: Any) -> QuerySet:
        standing = TreatmentStep.objects.visible_to(user).filter(dropped_at=None)
        rows = super().queryset_for(user).prefetch_related(Prefetch("steps", standing))
        return rows if getattr(self, "swagger_fake_view", False) else retaining.with_end(rows)

    def perform_register(self, validated: Any, actor: Any) -> Treatment:
        told = dict(validated)
        impact = {area: told.pop(f"{area}_level", None) for area in scales.IMPACT_AREAS}
        return treatments.propose(told.pop("risk"), actor=actor, impact=impact, steps=_steps(told.pop("steps", ())), **told)

    def perform_change(self, instance: Treatment, validated: Any, actor: Any, version: int) -> Treatment:
        told = dict(validated)
        if told.pop("risk", instance.risk).pk != instance.risk_id:
            raise Invalid(
                _("Some answers do not fit yet."), {"risk": [_("A plan stays with its risk. Propose one for the other.")]}
            )
        steps = _steps(told.pop("steps")) if "steps" in told else None
        return treatments.change(instance, actor=actor, version=version, steps=steps, **told)

    @state_change("risks.approve_treatment")
    def approval(self, instance: Treatment, validated: Any, actor: Any) -> Treatment:
        """Let it start; another than the proposer."""
        return treatments.approve(instance, actor=actor, version=instance.version)

    @state_change("risks.approve_treatment", request=ReasonSerializer)
    def refusal(self, instance: Treatment, validated: Any, actor: Any) -> Treatment:
        """Let it not start, for a reason; another than the proposer."""
        return treatments.refuse(instance, actor=actor, version=instance.version, **validated)

    @state_change("risks.change_treatment", request=ReasonSerializer)
    def withdrawal(self, instance: Treatment, validated: Any, actor: Any) -> Treatment:
        """Give the plan up, for a reason."""
        return treatments.withdraw(instance, actor=actor, **validated)

    @state_change("risks.change_treatment")
    def completion(self, instance: Treatment, validated: Any, actor: Any) -> Treatment:
        """Close it as done: all its steps are, and evidence shows it."""
        return treatments.finish(instance, actor=actor)


class TreatmentStepFilters(django_filters.FilterSet):
    treatment = LinkedFilter("treatment", field_name="treatment_id", help_text="An id, or a number such as T-0007.")
    owner = LinkedFilter("user", field_name="owner_id")
    is_done = django_filters.BooleanFilter(field_name="done_on", lookup_expr="isnull", exclude=True)

    class Meta:
        model = TreatmentStep
        fields = ["office"]


class PlannedStepSerializer(StepSerializer):
    treatment = Linked("treatment", read_only=True)

    class Meta(StepSerializer.Meta):
        fields = ["id", "treatment", *StepSerializer.Meta.fields[1:], "version"]
        read_only_fields = fields


class TreatmentStepViewSet(ReadSet):
    """The steps of plans, in their order; they are written with their treatment."""

    serializer_class = PlannedStepSerializer
    permission, write_permission = "risks.view_treatment", "risks.change_treatment"
    filterset_class = TreatmentStepFilters
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return TreatmentStep.objects.visible_to(user).filter(dropped_at=None).select_related("treatment")

    @state_change("risks.change_treatment", request=StepDoneSerializer)
    def completion(self, instance: TreatmentStep, validated: Any, actor: Any) -> TreatmentStep:
        """Note that it is done."""
        return treatments.finish_step(instance, actor=actor, **validated)


def _steps(told: Any) -> list[treatments.Step]:
    return [treatments.Step(**step) for step in told]


resources.register("treatments", TreatmentViewSet)
resources.register("treatment-steps", TreatmentStepViewSet)
