"""Plans at work: their clocks and log. Acting is for the people a plan calls; a service is never one of them."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.errors import Invalid
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from risks.models import Activation, ActivationMark
from risks.response import activations, clocks, plan_reading

VIEW = "risks.view_responseplan"
STATES = ("waits", "runs", "soon", "out", "told", "told-late")


class ActivationMarkSerializer(RowSerializer):
    """One line of the log."""

    by = Linked("user", read_only=True)
    action = serializers.PrimaryKeyRelatedField(read_only=True)
    clock = serializers.PrimaryKeyRelatedField(read_only=True)

    class Meta:
        model = ActivationMark
        fields = ["id", "kind", "action", "clock", "text", "by", "at"]


class RunningClockSerializer(serializers.Serializer):
    """Where a notification clock stands."""

    clock = serializers.IntegerField(source="duty.pk")
    law = serializers.CharField(source="duty.law")
    name = serializers.CharField(source="duty.name")
    starts_at = serializers.DateTimeField(source="start", allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=[(one, one) for one in STATES])


class ActivationSerializer(RowSerializer):
    plan = Linked("response-plan", read_only=True, source="plan_version.plan")
    plan_version = Linked("response-plan-version", read_only=True)
    incident = Linked("incident", read_only=True, allow_null=True)
    exercise = Linked("exercise", read_only=True, allow_null=True)
    started_by = Linked("user", read_only=True)
    material_by = Linked("user", read_only=True, allow_null=True)
    ended_by = Linked("user", read_only=True, allow_null=True)
    clocks = serializers.SerializerMethodField()
    marks = ActivationMarkSerializer(many=True, read_only=True, help_text="The log, oldest first.")

    class Meta:
        model = Activation
        fields = ["id", "plan", "plan_version", "incident", "exercise", "started_at", "started_by", "aware_at", "material_at"]
        fields += ["material_by", "ended_at", "ended_by", "summary", "clocks", "marks", "version"]

    @extend_schema_field(RunningClockSerializer(many=True))
    def get_clocks(self, row: Activation) -> Any:
        return RunningClockSerializer(clocks.read(row, row.plan_version.clocks.all(), row.marks.all()), many=True).data


class TickSerializer(serializers.Serializer):
    """Which action is done, or not done after all."""

    action = serializers.IntegerField()
    done = serializers.BooleanField(default=True)


class NotificationSerializer(serializers.Serializer):
    """Which outside body was told, and by which words or reference."""

    clock = serializers.IntegerField()
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=activations.LONGEST_NOTE)


class MaterialitySerializer(serializers.Serializer):
    """Since when it is found material or major; now, where it is left out."""

    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class NoteSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=activations.LONGEST_NOTE)


class EndingSerializer(serializers.Serializer):
    """What was done, and what is left."""

    summary = serializers.CharField(max_length=activations.LONGEST_SUMMARY)


class ActivationFilters(django_filters.FilterSet):
    plan = LinkedFilter("response-plan", field_name="plan_version__plan_id")
    incident = LinkedFilter("incident", field_name="incident_id")
    exercise = LinkedFilter("exercise", field_name="exercise_id")
    is_live = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull", help_text="At work now.")

    class Meta:
        model = Activation
        fields: list[str] = []


class ActivationViewSet(ReadSet):
    """Plans at work, and those that were. They begin under response-plans and exercises."""

    kind = "activation"
    permission = write_permission = VIEW
    serializer_class = ActivationSerializer
    filterset_class = ActivationFilters
    ordering_fields = ("started_at",)
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        return plan_reading.at_work(user)

    @state_change(VIEW, request=TickSerializer)
    def ticks(self, instance: Activation, validated: Any, actor: Any) -> None:
        """An action is done, or not done after all."""
        row = _one(instance.plan_version.actions, validated["action"], "action")
        activations.tick(instance, row, actor=actor, done=validated["done"])

    @state_change(VIEW, request=NotificationSerializer)
    def notifications(self, instance: Activation, validated: Any, actor: Any) -> None:
        """An outside body was told."""
        row = _one(instance.plan_version.clocks, validated["clock"], "clock")
        activations.notify(instance, row, actor=actor, text=validated["text"])

    @state_change(VIEW, request=MaterialitySerializer)
    def materiality(self, instance: Activation, validated: Any, actor: Any) -> Activation:
        """It is found material, or major."""
        return activations.find_material(instance, actor=actor, at=validated["at"])

    @state_change(VIEW, request=NoteSerializer)
    def notes(self, instance: Activation, validated: Any, actor: Any) -> None:
        """Write a line into the log."""
        activations.note(instance, validated["text"], actor=actor)

    @state_change(VIEW, request=EndingSerializer)
    def ending(self, instance: Activation, validated: Any, actor: Any) -> Activation:
        """The plan is at work no longer."""
        return activations.end(instance, actor=actor, summary=validated["summary"])


def _one(rows: Any, pk: int, field: str) -> Any:
    """A row of the plan at work, else what to send instead."""
    found = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        sentence = _("Give the id of one that this plan names.")
        raise Invalid(sentence, {field: [sentence]})
    return found


resources.register("activations", ActivationViewSet)
