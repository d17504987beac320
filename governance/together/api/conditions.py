"""What offices made their agreement depend on, and whether it is met."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from governance.together import conditions
from governance.together.models import Condition
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources


class ConditionSerializer(RowSerializer):
    decision = Linked("decision", read_only=True)
    owner = Linked("user", read_only=True)
    asked_by = Linked("user", read_only=True)
    met_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Condition
        fields = [
            *("id", "decision", "office", "from_option", "text", "owner", "due_on", "asked_by", "asked_at"),
            *("met_at", "met_by", "met_note", "archived_at", "version"),
        ]
        read_only_fields = fields


class MeetingNoteSerializer(serializers.Serializer):
    note = serializers.CharField(max_length=conditions.LONGEST, help_text="What shows that it is met.")


class ConditionFilters(django_filters.FilterSet):
    decision = LinkedFilter("decision", field_name="decision_id", help_text="An id, or a number such as D-0007.")
    owner = LinkedFilter("user", field_name="owner_id")
    is_met = django_filters.BooleanFilter(field_name="met_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Condition
        fields = ["office"]


class ConditionViewSet(ReadSet):
    """Conditions of decisions; they are written with a position."""

    kind = "condition"
    permission, write_permission = "together.view_decision", "together.meet_condition"
    serializer_class = ConditionSerializer
    filterset_class = ConditionFilters
    ordering_fields = ["due_on"]

    def queryset_for(self, user: Any) -> QuerySet:
        return super().queryset_for(user).select_related("decision")

    @state_change("together.meet_condition", request=MeetingNoteSerializer)
    def meeting(self, instance: Condition, validated: Any, actor: Any) -> Condition:
        """It is met: say what shows it."""
        return conditions.meet(instance, actor=actor, **validated)


resources.register("decision-conditions", ConditionViewSet)
