"""Risks above tolerance, and what was decided about each."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from portal.people import organisations
from portal.web.api.changes import state_change
from portal.web.api.fields import Linked, RowSerializer
from portal.web.api.filters import LinkedFilter
from portal.web.api.reading import ReadSet
from portal.web.api.router import resources
from risks import breaches
from risks.models import Breach


class BreachSerializer(RowSerializer):
    risk = Linked("risk", read_only=True)
    is_undecided = serializers.BooleanField(
        read_only=True, help_text="Whether it asks for a decision: no treatment, no acceptance, and nobody said what comes."
    )
    decided_by = Linked("user", read_only=True, allow_null=True)

    class Meta:
        model = Breach
        fields = [
            *("id", "risk", "value", "tolerance_points", "began_at", "ended_at", "is_undecided"),
            *("course", "course_reason", "decided_until", "decided_by", "decided_at", "version"),
        ]
        read_only_fields = fields


class CourseSerializer(serializers.Serializer):
    """What comes, why, and by when; after that day the question comes back."""

    course = serializers.ChoiceField(choices=Breach.Course.choices)
    reason = serializers.CharField(max_length=breaches.LONGEST_REASON)
    until = serializers.DateField()


class BreachFilters(django_filters.FilterSet):
    risk = LinkedFilter("risk", field_name="risk_id", help_text="An id, or a number such as R-0007.")
    is_over = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull", exclude=True)
    is_undecided = django_filters.BooleanFilter(help_text="Whether it asks for a decision.")

    class Meta:
        model = Breach
        fields = ["course"]


class BreachViewSet(ReadSet):
    """Each time a risk stood above tolerance, from the score that crossed it to the one that came back."""

    kind = "breach"
    permission, write_permission = "risks.view_score", "risks.change_risk"
    serializer_class = BreachSerializer
    filterset_class = BreachFilters
    ordering_fields = ["began_at"]
    lookup_value_regex = "[0-9]{1,18}"

    def queryset_for(self, user: Any) -> QuerySet:
        if not user.is_authenticated:
            return Breach.objects.none()
        return super().queryset_for(user).with_undecided(organisations.today())

    @state_change("risks.change_risk", request=CourseSerializer)
    def course(self, instance: Breach, validated: Any, actor: Any) -> Breach:
        """Say what comes where neither a plan nor an acceptance is there yet."""
        return breaches.decide(instance, actor=actor, **validated)


resources.register("breaches", BreachViewSet)
